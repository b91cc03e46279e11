"""What a body of the API may be; what is none is refused in words, before any endpoint sees it."""

from __future__ import annotations

import re
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser, MultiPartParser

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # a lone surrogate: no text can hold it


class JsonObjectParser(JSONParser):
    """A JSON object in UTF-8, the only JSON that an endpoint here takes."""

    def parse(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The object; ParseError for what is none, or holds half a character."""
        try:
            data = super().parse(*args, **kwargs)
            text = _text_of(data)
        except (ParseError, RecursionError) as problem:  # brackets within brackets, ten thousand deep
            raise ParseError("请求内容不是正确的 JSON，请检查格式，并使用 UTF-8 编码。") from problem
        if not isinstance(data, dict):
            raise ParseError("请求内容应为 JSON 对象。")
        if _HALF_CHARACTER.search(text):
            raise ParseError("请求内容里有不完整的字符，请检查编码。")
        return data


class FilePartsParser(MultiPartParser):
    """A form with files."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """The parts; ParseError when the boundary between them is missing or wrong."""
        try:
            return super().parse(*args, **kwargs)
        except ParseError as problem:
            raise ParseError("上传的表单无法读取，请检查 multipart 的分隔符。") from problem


def _text_of(data: Any) -> str:
    """All keys and texts of a JSON value, one after another."""
    if isinstance(data, dict):
        return "".join(_text_of(part) for pair in data.items() for part in pair)
    if isinstance(data, list):
        return "".join(map(_text_of, data))
    return data if isinstance(data, str) else ""
