/* Charts from a plain description {kind, categories, series: [{name, data}], unit, percent, max, scale}.
   scale: the series are steps of one scale (grades A to D) and get one hue from light to deep.
   kind: line, bar, stack, hbar, heat, ring. A point may be {value, url}: a click opens its rows.
   The palette differs in lightness as well as hue, so it survives colour blindness and grey print;
   series differ in marker or hatching, too. */
(() => {
  "use strict";

  const COLOURS = ["#1b4f9c", "#e08a00", "#0f7f78", "#8a3b8f", "#7d8896", "#5aa0e6"];
  const DEPTH = ["#cfdff4", "#86afe3", "#3a6db8", "#10305e"];  // an ordered scale, like grades A to D
  const depth = (count) => (count > 3 ? DEPTH : count === 3 ? [DEPTH[0], DEPTH[1], DEPTH[3]] : [DEPTH[1], DEPTH[3]]);
  const SHAPES = ["circle", "rect", "triangle", "diamond", "roundRect", "pin"];
  const DASHES = ["solid", "dashed", "solid", "dotted", "dashed", "dotted"];
  const FONT = "\"PingFang SC\", \"Microsoft YaHei\", \"Noto Sans CJK SC\", sans-serif";
  const INK = "#465264";
  const LINE = "#e3e8ee";
  const PAPER = 640;  // px: what an A4 page has room for, between its margins
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const thousands = (value) => (value === null || value === undefined || value === "-" ? "—" : Number(value).toLocaleString("zh-CN"));
  const value = (point) => (point !== null && typeof point === "object" ? point.value : point);

  const axis = (extra) => ({
    axisLine: { lineStyle: { color: "#b4becb" } },
    axisTick: { show: false },
    axisLabel: { color: INK, fontFamily: FONT, fontSize: 12, hideOverlap: true },
    splitLine: { lineStyle: { color: LINE } },
    ...extra,
  });

  const base = (chart, dark) => ({
    color: chart.scale ? depth(chart.series.length) : COLOURS,
    animation: !still,
    animationDuration: 300,
    textStyle: { fontFamily: FONT, color: INK },
    aria: { enabled: false },
    legend: {
      show: chart.series.length > 1 && chart.kind !== "heat", top: 4, right: 8, itemWidth: 18, itemHeight: 9, itemGap: 16,
      textStyle: { color: dark ? "#d5dfee" : INK, fontFamily: FONT, fontSize: 12 },
    },
    tooltip: {
      renderMode: "richText", trigger: chart.kind === "heat" || chart.kind === "ring" ? "item" : "axis", confine: true,
      backgroundColor: "#fff", borderColor: "#c9d1dc", textStyle: { color: "#18212e", fontFamily: FONT, fontSize: 13 },
      axisPointer: { type: chart.kind === "line" ? "line" : "shadow" },
      valueFormatter: (number) => (chart.percent ? `${number ?? "—"}%` : `${thousands(number)}${chart.unit ? ` ${chart.unit}` : ""}`),
    },
  });

  const cartesian = (chart, options) => {
    const flat = chart.kind === "hbar";
    const longest = Math.max(...chart.categories.map((word) => String(word).length));
    const categories = axis({
      type: "category", data: chart.categories, inverse: flat, splitLine: { show: false },
      axisLabel: { color: INK, fontFamily: FONT, fontSize: 12, hideOverlap: !flat, width: flat && longest > 9 ? 120 : undefined, overflow: flat ? "truncate" : undefined },
    });
    const amounts = axis({
      type: "value", max: chart.percent ? 100 : chart.max, minInterval: chart.percent ? undefined : 1,
      name: chart.percent ? "%" : chart.unit || "", nameTextStyle: { color: INK, fontFamily: FONT }, axisLine: { show: false },
      nameLocation: "end", nameGap: 8,
    });
    options.grid = { left: 8, right: flat ? 48 : 16, top: chart.series.length > 1 ? 44 : 34, bottom: 8, containLabel: true };
    if (flat) { amounts.name = ""; options.grid.top = chart.series.length > 1 ? 36 : 8; }
    options.xAxis = flat ? amounts : categories;
    options.yAxis = flat ? categories : amounts;
    options.series = chart.series.map((series, place) => {
      const common = { name: series.name, data: series.data, cursor: series.data.some((point) => point && point.url) ? "pointer" : "default" };
      if (chart.kind === "line") {
        return { ...common, type: "line", symbol: SHAPES[place % 6], symbolSize: 7, lineStyle: { width: 2, type: DASHES[place % 6] }, connectNulls: false };
      }
      const decal = place === 0 || chart.scale ? { symbol: "none" } : { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1, 5], rotation: (place % 2 ? 1 : -1) * Math.PI / 4, color: "rgba(255,255,255,.5)" };
      return {
        ...common, type: "bar", stack: chart.kind === "stack" ? "all" : undefined, barMaxWidth: flat ? 16 : 28,
        itemStyle: { borderRadius: chart.kind === "stack" ? 0 : 2, borderColor: chart.kind === "stack" ? "#fff" : undefined, borderWidth: chart.kind === "stack" ? 1 : 0, decal },
        label: { show: flat && chart.series.length === 1, position: "right", color: INK, fontFamily: FONT, formatter: (point) => (chart.percent ? `${value(point.data)}%` : thousands(value(point.data))) },
      };
    });
    return options;
  };

  const heat = (chart, options) => {
    const cells = [];
    let top = 0;
    chart.series.forEach((series, y) => series.data.forEach((point, x) => {
      const number = value(point);
      if (number === null || number === undefined) return;
      top = Math.max(top, number);
      cells.push({ value: [x, y, number], url: point && point.url });
    }));
    cells.forEach((cell) => { cell.label = { color: cell.value[2] > top * 0.78 ? "#fff" : "#18212e" }; });
    options.grid = { left: 8, right: 8, top: 8, bottom: 8, containLabel: true };
    const bare = { splitLine: { show: false }, axisLine: { show: false } };  // an empty cell shows no stroke of the axis
    options.xAxis = axis({ type: "category", data: chart.categories, ...bare });
    options.yAxis = axis({ type: "category", data: chart.series.map((series) => series.name), inverse: true, ...bare });
    options.yAxis.axisLabel = { ...options.yAxis.axisLabel, interval: 0, hideOverlap: false };  // each row keeps its name on a phone
    options.visualMap = { show: false, min: 0, max: top || 1, inRange: { color: ["#f1f5fb", "#bcd2f0", "#6c9bd8", "#1b4f9c"] } };
    options.tooltip.formatter = (point) => `${chart.series[point.value[1]].name} · ${chart.categories[point.value[0]]}\n${thousands(point.value[2])} ${chart.unit || ""}`;
    options.series = [{ type: "heatmap", data: cells, label: { show: true, fontFamily: FONT }, itemStyle: { borderColor: "#fff", borderWidth: 2 } }];
    return options;
  };

  const ring = (chart, options) => {
    options.legend.show = false;
    options.series = [{
      type: "pie", radius: ["48%", "74%"], itemStyle: { borderColor: "#fff", borderWidth: 2 },
      label: { formatter: (point) => `${point.name} ${thousands(point.value)}`, color: INK, fontFamily: FONT },
      data: chart.categories.map((name, place) => {
        const point = chart.series[0].data[place];
        return { name, value: value(point), url: point && point.url };
      }),
    }];
    return options;
  };

  const drawn = new Set();
  const draw = (box) => {
    const source = document.getElementById(box.dataset.chart);
    if (!source || echarts.getInstanceByDom(box)) return;
    const chart = JSON.parse(source.textContent);
    const options = base(chart);
    const picture = echarts.init(box, null, { renderer: "svg", locale: "ZH" });
    picture.setOption(chart.kind === "heat" ? heat(chart, options) : chart.kind === "ring" ? ring(chart, options) : cartesian(chart, options));
    picture.on("click", (point) => { if (point.data && point.data.url) window.location.assign(point.data.url); });
    drawn.add(picture);
    new ResizeObserver(() => { if (box.isConnected) picture.resize(); else { picture.dispose(); drawn.delete(picture); } }).observe(box);
  };

  window.addEventListener("beforeprint", () => drawn.forEach((picture) => {
    picture.resize({ width: Math.min(picture.getDom().clientWidth, PAPER), animation: { duration: 0 } });
    picture.getZr().flush();
  }));
  window.addEventListener("afterprint", () => drawn.forEach((picture) => picture.resize()));
  window.liaisonCharts = { draw };
})();
