package office

import (
	"encoding/json"
	"math"
)

// series is one colour of a chart, with a value for each of its labels.
type series struct {
	Name, Color string
	Values      []int
	Exact       []float64 // in their place, with one digit behind the point
}

// The colours of lamps, as the style sheet has them, and of what is none.
const (
	good   = "#17603a"
	warn   = "#8a4b00"
	bad    = "#a11b14"
	paused = "#55626f"
	plain  = "#1b4f8f"
)

// chart is what a page draws: ECharts' option, and how high. Empty: no bar would
// be seen in it.
type chart struct {
	Option, Size string
	Empty        bool
}

// fewBars need less room.
const fewBars = 3

// bars is a chart of bars that lie, one behind the other where there are several
// series: what the page's script gives to ECharts. It says nothing that the table beside
// it does not.
func bars(labels []string, all []series) chart {
	names := map[string]any{
		"type": "category", "data": labels, "inverse": true, "axisTick": map[string]any{"show": false},
		"axisLabel": map[string]any{"color": "#1d2733", "fontSize": 13, "width": 130, "overflow": "truncate", "interval": 0},
	}
	values := map[string]any{"type": "value", "minInterval": 1, "axisLabel": map[string]any{"color": "#55626f"}, "splitLine": map[string]any{"lineStyle": map[string]any{"color": "#e3e7eb"}}}
	option := map[string]any{
		"animation": false, "textStyle": map[string]any{"fontFamily": "Noto Sans CJK SC, Microsoft YaHei, PingFang SC, system-ui, sans-serif"},
		"grid": map[string]any{"left": 8, "right": 24, "top": 12, "bottom": 8, "containLabel": true},
	}
	option["xAxis"], option["yAxis"] = values, names
	var drawn []any
	seen := false
	for _, s := range all {
		data := make([]any, len(s.Values)+len(s.Exact))
		for i, v := range s.Exact {
			if data[i] = any("-"); v >= 0.05 {
				seen = true
				data[i] = math.Round(v*10) / 10
			}
		}
		for i, v := range s.Values {
			if data[i] = any("-"); v != 0 { // nothing is drawn, and no 0 written into it
				seen, data[i] = true, v
			}
		}
		drawn = append(drawn, map[string]any{
			"type": "bar", "name": s.Name, "stack": "all", "data": data, "barMaxWidth": 26,
			"itemStyle": map[string]any{"color": s.Color}, "label": map[string]any{"show": true, "color": "#fff", "fontSize": 12},
		})
	}
	option["series"] = drawn
	out, err := json.Marshal(option)
	if err != nil {
		panic(err) // it is made of strings and numbers
	}
	c := chart{Option: string(out), Empty: !seen}
	if len(labels) <= fewBars {
		c.Size = "few"
	}
	return c
}
