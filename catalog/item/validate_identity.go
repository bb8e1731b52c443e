package item

import (
	"errors"
	"slices"
	"strings"

	"tongban/catalog/workday"
)

// identity checks what an item is: names, codes, type, stars.
func (r *report) identity(it *Item) {
	r.need("name", it.Name)
	r.needAll("alias", it.Alias)
	r.needAll("themes", it.Themes)
	r.codes(it)
	r.codesTell(it)
	r.kindOfAct(it)
	if it.Stars > 5 {
		r.err("stars", "out_of_range", "%d 星；应为 1 至 5 星", "%d stars; want 1 to 5", it.Stars)
	}
}

// codes checks the shape of every standard code and that they hold one another.
func (r *report) codes(it *Item) {
	if err := it.Ref.Code.Check(); it.Ref.Code == "" {
		r.err("code", "code_shape", "没有编码", "it has no code")
	} else if err != nil {
		r.err("code", "code_shape", "「%[1]s」应为 1 至 40 位数字、大写字母或连字符", "%[2]v", clip(string(it.Ref.Code)), err)
	}
	for _, c := range []struct {
		element, value, want string
		check                func(string) error
	}{
		{"basic_code", it.Basic, "应为 12 位，如 000715001005", CheckBasic},
		{"implementation_code", it.Implement, "应为 31 位：统一社会信用代码 18 位、行使层级 1 位、基本编码 12 位", CheckImplement},
		{"handling_code", it.Handling, "应为 33 位：实施编码 31 位、顺序号 2 位", CheckHandling},
		{"authority_code", it.AuthorityCode, "应为 18 位统一社会信用代码", CheckUSCC},
	} {
		if c.value != "" {
			r.code(c.element, c.value, c.want, c.check(c.value))
		}
	}
	for _, list := range []struct {
		element string
		bodies  []Body
	}{{"joint", it.Joint}, {"undertaking", it.Undertaking}} {
		for i, b := range list.bodies {
			if b.Code != "" {
				r.code(at(list.element, i)+".code", b.Code, "应为 18 位统一社会信用代码", CheckUSCC(b.Code))
			}
		}
	}
	if CheckComposition(it.Basic, it.Implement, it.Handling) != nil {
		r.err("handling_code", "code_composition", "三个编码互不包含：业务办理项编码应以实施编码开头，实施编码应以基本编码结尾",
			"the codes do not contain one another: the handling code begins with the implementation code, which ends with the basic code")
	}
}

func (r *report) code(element, value, want string, err error) {
	switch {
	case err == nil:
	case errors.Is(err, ErrDigit):
		r.err(element, "code_shape", "「%[1]s」的统一社会信用代码校验位不符", "%[2]v", clip(value), err)
	default:
		r.err(element, "code_shape", "「%[1]s」%[3]s", "%[2]v", clip(value), err, want)
	}
}

// codesTell compares what codes say with what is declared. The digits are not
// reliable, so the declared values count and a difference only warns.
func (r *report) codesTell(it *Item) {
	if want := it.PublishedCode(); want != "" && it.Ref.Code != "" && it.Ref.Code != want {
		r.warn("code", "code_local", "事项编码为 %[1]s，但已有公布的编码 %[2]s", "the key is %[1]s although %[2]s is published", it.Ref.Code, want)
	}
	if strings.HasSuffix(it.Basic, "00Y") {
		r.warn("basic_code", "main_item", "以 00Y 结尾的是下设子项的主项，窗口受理的是子项或业务办理项", "00Y ends a main item that has sub-items; counters accept those")
	}
	if it.Local && it.PublishedCode() != "" {
		r.err("local", "local_with_code", "个性化事项不能有标准编码 %s", "a local item can't carry the standard code %s", it.PublishedCode())
	}
	for _, c := range []struct{ element, value string }{{"implementation_code", it.Implement}, {"handling_code", it.Handling}} {
		if len(c.value) < 31 {
			continue
		}
		if digit := c.value[18]; digit >= '1' && digit <= '6' && it.Level.Valid() && digit-'0' != byte(it.Level) {
			r.warn(c.element, "level_digit", "编码第 19 位为 %[1]c，但行使层级填的是%[2]s；以填写的为准", "the 19th digit is %[1]c, the declared level is %[3]s, which counts", digit, it.Level.Chinese(), it.Level)
		}
		if it.AuthorityCode != "" && c.value[:18] != it.AuthorityCode {
			r.warn("authority_code", "authority_code_differs", "%[1]s中的实施主体是 %[3]s", "%[2]s names the authority %[3]s", zhLabel(c.element), c.element, c.value[:18])
		}
		break
	}
}

func zhLabel(element string) string {
	zh, _ := Label(element)
	return zh
}

// appliedFor are the types of the national list that somebody applies for.
var appliedFor = []Type{Permit, Benefit, Confirmation, Reward, Ruling, OtherPower, PublicService}

func (r *report) kindOfAct(it *Item) {
	switch {
	case it.Type == "" && it.IsBundle():
	case it.Type == "":
		r.warn("type", "missing", "来源没有写明事项类型", "the source names no type")
	case !typeShape.MatchString(string(it.Type)):
		r.err("type", "unknown_value", "「%[1]s」应为两位数字或大写字母，如 01（行政许可）", "%[1]q: want two digits or capitals, such as 01", clip(string(it.Type)))
	case !slices.Contains(appliedFor, it.Type):
		r.warn("type", "local_type", "%s 不是全国统一的依申请事项类型", "%s is not a type of the national list that is applied for", it.Type)
	}
}

// origin checks where the item comes from and when it is meant to begin.
func (r *report) origin(it *Item) {
	r.need("origin.area", it.Origin.Area)
	r.need("origin.source", it.Origin.Source)
	r.date("origin.date", it.Origin.Date, true)
	r.date("effective", it.Effective, false)
}

func (r *report) date(element, value string, needed bool) {
	if value == "" {
		if needed {
			r.need(element, value)
		}
		return
	}
	if !workday.Date(value).Valid() {
		r.err(element, "bad_date", "「%[1]s」不是日期，写作 2026-03-31", "%[1]q: want YYYY-MM-DD", clip(value))
	}
}
