package item

// service checks how an item is offered, what it costs and what comes of it.
func (r *report) service(it *Item) {
	if it.Visits != nil && *it.Visits > 20 {
		r.err("visits", "out_of_range", "%d 次；最多 20 次", "%d visits; at most 20", *it.Visits)
	}
	if it.Mode != "" && it.Scope == ScopeCounter {
		r.warn("mode", "mode_without_scope", "写了通办形式，但没有通办范围", "a cross-area mode without a scope")
	}
	switch {
	case it.Charged == No && len(it.Fees) > 0:
		r.err("charged", "fees_though_free", "不收费，却列有 %d 个收费项目", "not charged, yet %d fees are listed", len(it.Fees))
	case it.Charged == Yes && len(it.Fees) == 0:
		r.warn("charged", "fees_missing", "收费，却没有列出收费项目", "charged, but no fee is listed")
	}
	for i, f := range it.Fees {
		r.need(at("fees", i)+".name", f.Name)
	}
	for i, result := range it.Results {
		r.need(at("results", i)+".name", result.Name)
	}
	for i, q := range it.FAQ {
		r.need(at("faq", i)+".question", q.Question)
		r.need(at("faq", i)+".answer", q.Answer)
	}
	for i, p := range it.Handbook {
		r.need(at("handbook", i)+".title", p.Title)
	}
}
