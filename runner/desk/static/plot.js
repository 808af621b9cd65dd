// Draws the plot whose data stand in this page.
"use strict";

function failed() { document.getElementById("fault").hidden = false; }

try {
  const told = JSON.parse(document.getElementById("data").textContent);
  const layout = Object.assign({}, told.layout, { autosize: true });
  Plotly.newPlot("plot", told.data, layout, { responsive: true, displaylogo: false, plotlyServerURL: "", showSendToCloud: false, showEditInChartStudio: false }).catch(failed);
} catch (fault) {
  failed();
}
