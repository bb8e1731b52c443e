package item

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// list compares two lists of single values, or of entries known by a key.
func (d *differ) list(path string, whose phrase, a, b reflect.Value) {
	if a.Type().Elem().Kind() == reflect.String {
		d.lines(path, whose, a, b)
		return
	}
	oldKeys, newKeys := keys(a), keys(b)
	for i, key := range oldKeys {
		if !slices.Contains(newKeys, key) {
			d.gone(entryAt(path, key), path, whose, a.Index(i))
		}
	}
	for i, key := range newKeys {
		j := slices.Index(oldKeys, key)
		if j < 0 {
			d.come(entryAt(path, key), path, whose, b.Index(i))
			continue
		}
		d.fields(entryAt(path, key), entryName(path, whose, b.Index(i)), a.Index(j), b.Index(i))
	}
	d.order(path, whose, oldKeys, newKeys)
}

// lines compares two lists of texts or of enumerated values.
func (d *differ) lines(path string, whose phrase, a, b reflect.Value) {
	from, to := texts(a), texts(b)
	name := label(path, whose)
	for _, gone := range without(from, to) {
		zh, en := InWords(path, gone)
		d.add(path, gone, "", phrase{name.zh + "：删去「" + brief(zh) + "」", name.en + ": no longer " + strconv.Quote(brief(en))}, favourLine(path, 1))
	}
	for _, come := range without(to, from) {
		zh, en := InWords(path, come)
		d.add(path, "", come, phrase{name.zh + "：新增「" + brief(zh) + "」", name.en + ": " + strconv.Quote(brief(en)) + " (new)"}, favourLine(path, -1))
	}
	d.order(path, whose, from, to)
}

func texts(list reflect.Value) []string {
	all := make([]string, list.Len())
	for i := range all {
		all[i] = list.Index(i).String()
	}
	return all
}

// without lists what occurs more often in list than in other.
func without(list, other []string) []string {
	left := slices.Clone(other)
	var rest []string
	for _, s := range list {
		if i := slices.Index(left, s); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		rest = append(rest, s)
	}
	return rest
}

// order says once that what is in both lists stands in another order.
func (d *differ) order(path string, whose phrase, from, to []string) {
	was, is := without(from, without(from, to)), without(to, without(to, from))
	if slices.Equal(was, is) {
		return
	}
	name := label(path, whose)
	if path != "steps" {
		d.add(path, "", "", phrase{name.zh + "：顺序有变", name.en + ": in another order"}, 0)
		return
	}
	before, after := plainKey.Replace(strings.Join(was, "、")), plainKey.Replace(strings.Join(is, "、"))
	d.add(path, before, after, phrase{name.zh + "顺序：" + before + " → " + after, "order of the " + name.en + ": " + before + " → " + after}, 0)
}

// again parts a key from the number that makes it unique; no text holds it.
const again = "\x00"

// keys names each entry of a list uniquely: a route may post twice under one
// name.
func keys(list reflect.Value) []string {
	all := make([]string, list.Len())
	count := map[string]int{}
	for i := range all {
		key := keyOf(list.Index(i).Interface())
		count[key]++
		all[i] = key
		if n := count[key]; n > 1 {
			all[i] = key + again + "(" + strconv.Itoa(n) + ")"
		}
	}
	return all
}

// keyOf is by what an entry is the same one in two versions. What is part of
// the key changes by one entry going and another one coming.
func keyOf(entry any) string {
	switch e := entry.(type) {
	case Material:
		return e.ID
	case Step:
		return e.Name
	case Situation:
		return e.ID
	case Option:
		return e.ID
	case Law:
		return strings.TrimSpace(e.Title + " " + e.Article)
	case Delegation:
		return string(e.Mode) + " " + e.Level.String()
	case Body:
		return e.Name
	case Special:
		return e.Name
	case Season:
		return e.From + "/" + e.To
	case Fee:
		return e.Name
	case Result:
		return e.Name
	case Question:
		return e.Question
	case Point:
		return e.Title
	case Member:
		return string(e.Code)
	case Shared:
		return e.Name
	case MaterialRef:
		return string(e.Code) + " " + e.ID
	}
	return ""
}

var plainKey = strings.NewReplacer("[", "(", "]", ")", again, " ")

func entryAt(path, key string) string { return path + "[" + plainKey.Replace(key) + "]" }

// entryNouns are what one entry of a list is called.
var entryNouns = map[string]phrase{
	"delegations": {"下放", "delegation"}, "joint": {"联办机构", "joint body"}, "undertaking": {"承办机构", "undertaking body"},
	"laws": {"依据", "legal basis"}, "situations": {"情形", "situation"}, "situations[].options": {"选项", "option"},
	"materials": {"材料", "material"}, "open": {"申请时段", "season"}, "steps": {"环节", "step"}, "special": {"特别程序", "special procedure"},
	"fees": {"收费项目", "fee"}, "results": {"结果文书", "result document"}, "faq": {"常见问题", "frequent question"}, "handbook": {"审查要点", "review point"},
	"members": {"成员事项", "member"}, "shared": {"共用材料", "shared material"}, "shared[].of": {"对应材料", "material of a member"},
}

// entryName names an entry by what people call it: 材料「照片」.
func entryName(path string, whose phrase, entry reflect.Value) phrase {
	noun, ok := entryNouns[pattern(path)]
	if !ok {
		noun.zh, noun.en = Label(path)
	}
	zh, en := called(entry.Interface())
	name := phrase{noun.zh + "「" + brief(zh) + "」", noun.en + " " + strconv.Quote(brief(en))}
	if whose.zh != "" {
		name = phrase{whose.zh + "的" + name.zh, whose.en + ", " + name.en}
	}
	return name
}

func called(entry any) (zh, en string) {
	switch e := entry.(type) {
	case Material:
		zh = e.Name
	case Situation:
		zh = e.Question
	case Option:
		zh = e.Text
	case Member:
		zh = e.Name
	case Season:
		return e.Chinese(), e.String()
	case Delegation:
		mode, mode2 := InWords("delegations[].mode", string(e.Mode))
		return mode + " " + e.Level.Chinese(), mode2 + " " + e.Level.String()
	}
	if zh == "" {
		zh = keyOf(entry)
	}
	return zh, zh
}

// gone says that an entry is no longer there.
func (d *differ) gone(element, path string, whose phrase, entry reflect.Value) {
	name, more := entryName(path, phrase{}, entry), details(entry.Interface())
	text := phrase{whose.zh + "删去" + name.zh + bracket(more.zh, "（", "）"), bracket(whose.en, "", ", ") + name.en + " removed" + bracket(more.en, " (", ")")}
	if m, ok := entry.Interface().(Material); ok {
		zh, en := InWords("materials[].need", string(m.Need))
		text = phrase{name.zh + "不再要求" + bracket(zh, "（原为", "）"), name.en + " no longer required" + bracket(en, " (was ", ")")}
	}
	d.add(element, summary(entry.Interface()), "", text, favourEntry(entry.Interface(), 1))
}

// come says that an entry is new.
func (d *differ) come(element, path string, whose phrase, entry reflect.Value) {
	name, more := entryName(path, phrase{}, entry), details(entry.Interface())
	text := phrase{whose.zh + "新增" + name.zh + bracket(more.zh, "（", "）"), bracket(whose.en, "", ", ") + name.en + " added" + bracket(more.en, " (", ")")}
	d.add(element, "", summary(entry.Interface()), text, favourEntry(entry.Interface(), -1))
}

func bracket(s, open, shut string) string {
	if s == "" {
		return ""
	}
	return open + s + shut
}

// summary is an entry as a value of From or To: its name and details.
func summary(entry any) string {
	_, name := called(entry)
	return strings.TrimSpace(name + bracket(details(entry).en, " (", ")"))
}

// details say what matters most of an entry beside its name.
func details(entry any) phrase {
	switch e := entry.(type) {
	case Material:
		zh, en := InWords("materials[].need", string(e.Need))
		if e.Exempt {
			return phrase{zh + "，免提交", en + ", exempt"}
		}
		return phrase{zh, en}
	case Step:
		return describe(e)
	case Special:
		return phrase{e.Limit.Chinese(), limitWord(e.Limit).en}
	case Delegation:
		zh, en := InWords("delegations[].to", string(e.To))
		return phrase{zh, en}
	case Fee:
		return phrase{brief(e.Standard), brief(e.Standard)}
	case Law:
		return phrase{brief(e.Text), brief(e.Text)}
	case Member:
		return phrase{"第 " + strconv.Itoa(e.Stage) + " 阶段", "stage " + strconv.Itoa(e.Stage)}
	}
	return phrase{}
}

// describe says who does a step and how long it may take.
func describe(s Step) phrase {
	zh, en := InWords("steps[].action", string(s.Action))
	all := phrase{s.Level.Chinese() + zh, en + " at " + s.Level.String() + " level"}
	if !s.Limit.IsZero() {
		all = phrase{all.zh + "，" + s.Limit.Chinese(), all.en + ", " + s.Limit.String()}
	}
	if s.Uncounted {
		all = phrase{all.zh + "，不计入时限", all.en + ", not counted"}
	}
	if s.Outside {
		all = phrase{all.zh + "，系统外", all.en + ", outside"}
	}
	return all
}
