package item

import (
	"fmt"
	"slices"
)

// bundle checks the members of a bundle; an ordinary item has none.
func (r *report) bundle(it *Item) {
	switch {
	case it.Bundle == "" && len(it.Members) == 0:
		if len(it.Shared) > 0 {
			r.err("shared", "shared_without_bundle", "只有一件事、一业一证才有共用材料", "only a bundle shares materials")
		}
		return
	case it.Bundle == "":
		r.err("bundle", "missing", "有成员事项，但没有写明是一件事还是一业一证", "it has members: say which kind of bundle it is")
	}
	if len(it.Members) < 2 {
		r.err("members", "too_few", "共 %d 个成员事项，至少 2 个", "%d members; at least 2", len(it.Members))
	}
	if len(it.Steps) > 0 {
		r.err("steps", "bundle_with_steps", "一件事、一业一证没有自己的环节，环节属于各成员事项", "a bundle has no steps of its own, its members have them")
	}
	if len(it.Materials) > 0 {
		r.err("materials", "bundle_with_materials", "一件事、一业一证没有自己的材料，材料属于各成员事项", "a bundle has no materials of its own, its members have them")
	}
	r.members(it)
	r.shared(it)
}

func (r *report) members(it *Item) {
	known := seen{}
	var stages []int
	for i, m := range it.Members {
		path := at("members", i)
		if err := m.Code.Check(); err != nil {
			r.err(path+".code", "code_shape", "「%[1]s」应为 1 至 40 位数字、大写字母或连字符", "%[2]v", clip(string(m.Code)), err)
		}
		if first, twice := known.before(string(m.Code), path); twice {
			r.twice(path+".code", string(m.Code), first)
		}
		if m.Code == it.Ref.Code && m.Code != "" {
			r.err(path+".code", "own_member", "不能以自己为成员", "a bundle can't be a member of itself")
		}
		stages = append(stages, m.Stage)
	}
	slices.Sort(stages)
	for i, stage := range slices.Compact(stages) {
		if stage != i+1 {
			r.err("members", "stage_gap", "办理阶段应从 1 起连续编号，没有第 %d 阶段", "stages count from 1 without a gap; there is no stage %d", i+1)
			break
		}
	}
}

func (r *report) shared(it *Item) {
	isMember := func(code Code) bool {
		return slices.ContainsFunc(it.Members, func(m Member) bool { return m.Code == code })
	}
	known := seen{}
	for i, s := range it.Shared {
		path := at("shared", i)
		r.need(path+".name", s.Name)
		if len(s.Of) < 2 {
			r.err(path+".of", "too_few", "共 %d 份对应材料，至少 2 份", "%d materials; at least 2", len(s.Of))
		}
		for j, ref := range s.Of {
			path := at(path+".of", j)
			r.need(path+".id", ref.ID)
			if !isMember(ref.Code) {
				r.err(path+".code", "no_member", "「%[1]s」不是成员事项", "%[1]q is no member", clip(string(ref.Code)))
			}
			key := fmt.Sprintf("%s %s", ref.Code, ref.ID)
			if first, twice := known.before(key, path); twice {
				r.twice(path, key, first)
			}
		}
	}
}
