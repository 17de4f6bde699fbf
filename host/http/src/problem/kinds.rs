//! The kinds of problems: one constant each, and the table that the page `/problems` shows.
//!
//! A kind's word is its `type` and, unless something more exact is known, its `code`. Words never change
//! their meaning; new ones may come.

use axum::http::StatusCode;

/// A kind of problem.
#[derive(Debug)]
pub struct Kind {
    /// Its stable word.
    pub word: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// What it is, in Chinese.
    pub title: &'static str,
    /// What it is, in English.
    pub title_en: &'static str,
    /// Whether the same request may be sent again unchanged, a write with the same `Idempotency-Key`.
    pub retry_safe: bool,
    /// What the caller can do, in Chinese.
    pub advice: &'static str,
    /// What the caller can do, in English.
    pub advice_en: &'static str,
}

macro_rules! kinds {
    ($($name:ident $word:literal $status:ident $retry:literal $title:literal $title_en:literal $advice:literal $advice_en:literal)+) => {
        $(
            #[doc = $title_en]
            pub static $name: Kind = Kind {
                word: $word,
                status: StatusCode::$status,
                title: $title,
                title_en: $title_en,
                retry_safe: $retry,
                advice: $advice,
                advice_en: $advice_en,
            };
        )+
        /// All kinds, in the order of the page.
        pub static ALL: &[&Kind] = &[$(&$name),+];
    };
}

kinds! {
    MALFORMED "malformed" BAD_REQUEST false
        "请求无法读取" "The request does not read"
        "按 place 和 fix 改正后重发。" "Correct what place and fix name, and send it again."
    UNAUTHENTICATED "unauthenticated" UNAUTHORIZED false
        "未提供有效令牌" "No valid token was given"
        "在 Authorization: Bearer 中提供令牌；已撤销或过期的令牌须重新申领。" "Send Authorization: Bearer TOKEN; have a revoked or expired token replaced."
    FORBIDDEN "forbidden" FORBIDDEN false
        "该角色无权办理" "The role does not allow it"
        "使用具有所需角色、部门和区划的令牌。" "Use a token of the role, department and division that it takes."
    NOT_FOUND "not-found" NOT_FOUND false
        "没有找到" "There is no such thing"
        "核对编号；也可能是该令牌无权知悉。" "Check the id; or this token may not know of it."
    METHOD "method-not-allowed" METHOD_NOT_ALLOWED false
        "该地址不支持此方法" "The address does not take this method"
        "见 /docs。" "See /docs."
    CONFLICT "conflict" CONFLICT false
        "期间情况已有变化" "Something happened meanwhile"
        "重新读取后再作决定。" "Read again and decide again."
    ERASED "erased" GONE false
        "案卷已依法销毁" "The case was erased by law"
        "无法恢复。" "It cannot be had again."
    TOO_LARGE "too-large" PAYLOAD_TOO_LARGE false
        "请求过大" "The request is too large"
        "减小后重发；上限由平台设定。" "Send less; the platform sets the limit."
    MEDIA_TYPE "media-type" UNSUPPORTED_MEDIA_TYPE false
        "内容类型不受支持" "The media type is not taken"
        "按 fix 设置 Content-Type。" "Set Content-Type as fix says."
    INVALID "invalid" UNPROCESSABLE_ENTITY false
        "请求内容有误" "The request is not right"
        "按 place 和 fix 改正后重发。" "Correct what place and fix name, and send it again."
    LAW "law" UNPROCESSABLE_ENTITY false
        "法律条款不允许" "A law row forbids it"
        "见 law 所列条款；更改须有依据文件。" "See the clause in law; another answer takes another row."
    RULE "rule" UNPROCESSABLE_ENTITY false
        "平台规则不允许" "A rule of the host forbids it"
        "见 code 与 detail。" "See code and detail."
    TRUST "trust" UNPROCESSABLE_ENTITY false
        "签名或信任根不成立" "The signatures or the trust root do not hold"
        "按 place 和 fix 办理；现行信任根见 GET /trust。" "Do what fix says at place; GET /trust shows the root in force."
    NOT_ADMITTED "package.not-admitted" UNPROCESSABLE_ENTITY false
        "组件包未通过准入" "The package is not admitted"
        "按 report 中各项 fix 修改后重新发布。" "Do what each finding's fix in report says, and publish again."
    KEY_REUSED "idempotency.mismatch" UNPROCESSABLE_ENTITY false
        "幂等键已用于另一请求" "The idempotency key was used with another request"
        "新的请求用新的 Idempotency-Key。" "Give a new request a new Idempotency-Key."
    QUOTA "quota" TOO_MANY_REQUESTS true
        "该机构的用量已达限额" "The authority has used up a quota"
        "在 quota.until（或 Retry-After 秒后）重发；其他机构不受影响。" "Send it again at quota.until (after Retry-After seconds); other authorities are not affected."
    INTERNAL "internal" INTERNAL_SERVER_ERROR true
        "主机自身出错" "The host itself failed"
        "稍后以同一 Idempotency-Key 重发；仍然出错时向平台报告 X-Request-Id。" "Send it again later with the same Idempotency-Key; if it stays, report X-Request-Id."
    PLUGIN "plugin" BAD_GATEWAY true
        "事项组件出错" "The matter's plugin failed"
        "可以重试；仍然出错时联系事项的编制部门。" "It may be tried again; if it stays, its author is to be told."
    BUSY "busy" SERVICE_UNAVAILABLE true
        "请求过多" "Too much at once"
        "等待 Retry-After 秒后重发。" "Wait for Retry-After seconds and send it again."
    TIMEOUT "timeout" SERVICE_UNAVAILABLE true
        "未能按时完成" "It was not done in time"
        "写操作可能已经完成：以同一 Idempotency-Key 重发即可得到结果。" "A write may have been done: the same Idempotency-Key tells."
}
