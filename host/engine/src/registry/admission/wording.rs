//! What each rule of admission says in Chinese, and what there is to do. A finding that has no Chinese of its own says
//! its rule's; place, values and names stand beside it.

/// The rule in a sentence, and what to do: where a finding brings no Chinese of its own.
pub(crate) fn of(rule: &str) -> (&'static str, &'static str) {
    RULES.iter().find(|(name, _, _)| *name == rule).map_or_else(|| family(rule), |(_, what, fix)| (what, fix))
}

/// Rules of the sandbox and of steps have many names; what they have in common is said.
fn family(rule: &str) -> (&'static str, &'static str) {
    match rule.split('.').next() {
        Some("guest") => ("组件在沙箱中未能作答，或超出了限额", "修改组件，使其在限额内作答"),
        Some("package") => ("程序包或组件不符合要求", "用 `banshi package build DIR` 重新构建"),
        Some("layer") => ("地方变体放宽了其下层的规定", "只收紧，不放宽；见位置与说明"),
        _ => ("不符合准入规则", "见位置与说明"),
    }
}

/// Rule, what it says, what to do.
const RULES: [(&str, &str, &str); 36] = [
    ("admission.manifest", "程序包的版本、业务或参数与其类别不符", "修改程序包清单"),
    ("admission.contract", "程序包所依据的接口版本不是本平台的版本", "用本平台版本的 SDK 重新构建"),
    (
        "admission.permissions",
        "使用了清单没有申请的权限，或申请的名称不存在",
        "在清单的 `permissions` 中写明，或不再使用",
    ),
    ("admission.unused", "申请的权限在试办和枚举中从未用到", "不需要的，从清单的 `permissions` 中去掉"),
    ("admission.knobs", "参数的默认值与其数据模式或收紧方向不符", "修改默认值、数据模式或收紧方向"),
    ("admission.ids", "标识重复，或不是规定的代码", "每项使用各自的标识"),
    ("admission.elements", "数据元不能作为表单项，或同一数据元被询问两次", "使用统一数据元，一项数据只问一次"),
    ("admission.text", "文字没有中文，或过长", "用中文书写，可附英文"),
    ("admission.schema", "数据模式过大、引用外部或不能编译", "使用 JSON Schema 2020-12，不引用外部"),
    ("admission.size", "定义过大", "精简数据模式与文字，或拆分事项"),
    ("admission.basis", "时限、材料、收费或决定没有写明依据", "写明条款，例如“行政许可法 第四十二条”"),
    ("admission.questions", "引导问题的答案不能枚举", "修改选项或分界值"),
    ("admission.signers", "签署人规则在表单中找不到人", "指向一个表单项，例如 `/legal-person`"),
    ("admission.stages", "环节的先后关系不成立，或环节到达不了", "修改环节的 `after`，或去掉该环节"),
    ("admission.bundle", "“一业一证”所列的部分、材料或联合核查不存在", "写明存在的部分、材料或环节"),
    ("admission.limits", "承诺时限或申报时限超过规定", "不超过申报时限与法定时限，单位一致"),
    (
        "admission.materials",
        "政府部门已有的材料仍要求申请人提交（两个免于提交）",
        "在申请人之前加上电子证照或数据共享来源",
    ),
    ("admission.guide", "情景引导的路径没有完结、重复提问，或需要不存在的内容", "使每条路径都能完结"),
    ("admission.settings", "参数不存在，或取值不符合其数据模式", "按事项声明的参数取值"),
    ("admission.narrowing", "变体放宽了其下层的规定", "只收紧，不放宽"),
    ("admission.base", "所变更的事项尚未在此施行", "先发布并施行该事项；施行变体时再检查"),
    ("admission.verdict", "决定或预检意见没有写明依据", "写明条款，例如“行政许可法 第三十八条”"),
    ("admission.trial", "试办时组件没有作答", "使组件对符合数据模式的申请和各类事件都能作答"),
    ("admission.fault", "试办时组件自称无法办理", "使组件对符合数据模式的申请能够办理"),
    ("admission.step", "试办时某一步将被挂起", "按说明修改该步骤的指令"),
    ("admission.more", "问题过多，未全部列出", "先修改已列出的"),
    ("permission.denied", "使用了没有申请的权限", "在清单的 `permissions` 中写明，或不再使用"),
    ("enactment.strands", "施行后，其上的变体将不能成立", "先收回该变体，或由其机构另行发布"),
    ("enactment.derogation", "施行期超过其所依据的变通规定的期限", "将 `until` 设为该规定的最后一日或更早"),
    ("package.size", "组件超过大小限额", "用 `plugin` 编译配置构建"),
    ("package.import", "组件引入了日志以外的功能", "只引入日志；以 wasm32-unknown-unknown 为目标构建"),
    ("package.export", "组件没有提供其类别应有的接口", "用本平台版本的 SDK 重新构建"),
    ("guest.deadline", "组件超过了作答的时限", "缩短计算，使其在时限内作答"),
    ("guest.memory", "组件超过了内存限额", "减少内存占用"),
    ("guest.trap", "组件运行时崩溃", "修正崩溃；不要在组件中 panic"),
    ("guest.answer", "组件的回答不能读取", "按接口的约定作答"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_in_chinese_what_it_stops_and_what_to_do() {
        for (rule, what, fix) in RULES {
            assert_eq!(of(rule), (what, fix), "{rule} is there twice");
            assert!([what, fix].iter().all(|text| text.chars().any(|c| c >= '\u{4E00}')), "{rule}");
        }
        assert!(of("guest.stack").0.contains("沙箱"));
    }
}
