"""Pictures are drawn anew: turned upright, and without what the camera wrote beside them (place, device)."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import Any, BinaryIO

from PIL import Image, ImageOps

from liaison.choices import FileKind
from liaison.files.refusal import FileRefused

MOST_PIXELS = 64_000_000  # a phone takes 12 to 50 million; a bomb unpacks to more than memory holds
_UPRIGHT = 1
_ORIENTATION = 0x0112
_FORMATS = {FileKind.JPG: "JPEG", FileKind.PNG: "PNG", FileKind.WEBP: "WEBP"}
_KEPT = ("icc_profile", "transparency")  # how colours are meant; all else is about the taking


def redraw(file: BinaryIO, kind: FileKind) -> bytes:
    """The picture upright and without EXIF, XMP, IPTC, comments and anything after its end."""
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=[_FORMATS[kind]]) as picture:
                return _redrawn(picture, kind)
    except FileRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileRefused(f"图片超过 {MOST_PIXELS // 1_000_000} 百万像素，请缩小后再传。") from None
    except Exception:  # Pillow's readers raise whatever broken data leads them to
        raise FileRefused("图片已损坏，打不开，请重新拍摄或导出。") from None


def _redrawn(picture: Image.Image, kind: FileKind) -> bytes:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise FileRefused(f"图片超过 {MOST_PIXELS // 1_000_000} 百万像素，请缩小后再传。")
    if kind != FileKind.JPG and getattr(picture, "n_frames", 1) > 1:
        raise FileRefused("内容是动图，不能上传，请换成静态图片。")
    turned = picture.getexif().get(_ORIENTATION, _UPRIGHT) != _UPRIGHT
    if turned or picture.format != _FORMATS[kind]:  # a phone's MPO: a JPEG with a second picture behind it
        upright = ImageOps.exif_transpose(picture)
        options: dict[str, Any] = {"quality": 92}
    else:
        picture.load()
        upright = picture
        options = {"quality": "keep"} if kind == FileKind.JPG else {"quality": 92}
    upright.info = {name: value for name, value in upright.info.items() if name in _KEPT}
    options |= {name: upright.info[name] for name in ("icc_profile",) if upright.info.get(name)}
    if kind == FileKind.PNG:
        options = {"optimize": False, **{k: v for k, v in options.items() if k != "quality"}}
    out = BytesIO()
    upright.save(out, _FORMATS[kind], **options)
    return out.getvalue()
