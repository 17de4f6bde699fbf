//! Who applies: what every matter of an enterprise asks first, and nearly all of which the state holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::BUSINESS_LICENCE;
use crate::premises::{Address, Store};
use crate::value::{CivilDate, CreditCode, Email, Gender, LastDay, Mobile, Person, choices};

/// What each of these matters asks of whoever applies.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Applicant {
    /// The enterprise.
    #[serde(flatten)]
    pub org: Organisation,
    /// 法定代表人.
    #[serde(flatten)]
    pub legal: LegalRepresentative,
    /// 联系人.
    #[serde(flatten)]
    pub contact: Contact,
    /// Where the premises are.
    #[serde(flatten)]
    pub address: Address,
    /// What the shop is.
    #[serde(flatten)]
    pub store: Store,
    /// How the certificate reaches the applicant.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// What the applicant declares.
    #[serde(flatten)]
    pub statement: Statement,
}

/// The enterprise, as its business licence (营业执照) says.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Organisation {
    /// 企业名称 / Name of the enterprise
    #[schemars(length(min = 2, max = 100), extend("element" = "org.name", "sources" = [BUSINESS_LICENCE]))]
    pub org_name: String,
    /// 统一社会信用代码 / Unified social credit code
    #[schemars(extend("element" = "org.uscc", "sources" = [BUSINESS_LICENCE]))]
    pub org_uscc: CreditCode,
    /// 企业类型 / Type of enterprise
    #[schemars(length(min = 2, max = 60), extend("element" = "org.type", "sources" = [BUSINESS_LICENCE]))]
    pub org_type: String,
    /// 注册资本（万元） / Registered capital (10,000 yuan)
    #[schemars(range(min = 0), extend("element" = "org.registered-capital", "sources" = [BUSINESS_LICENCE]))]
    pub org_registered_capital: f64,
    /// 成立日期 / Date of establishment
    #[schemars(extend("element" = "org.established", "sources" = [BUSINESS_LICENCE]))]
    pub org_established: CivilDate,
    /// 住所 / Registered domicile
    #[schemars(length(min = 4, max = 200), extend("element" = "org.domicile", "sources" = [BUSINESS_LICENCE]))]
    pub org_domicile: String,
    /// 经营范围 / Business scope
    #[schemars(length(min = 2, max = 2000), extend("element" = "org.scope", "sources" = [BUSINESS_LICENCE]))]
    pub org_scope: String,
    /// 登记机关 / Registration authority
    #[schemars(length(min = 4, max = 100), extend("element" = "org.registrar", "sources" = [BUSINESS_LICENCE]))]
    pub org_registrar: String,
    /// 营业期限至 / Term of business until
    #[schemars(extend("element" = "org.term-until", "sources" = [BUSINESS_LICENCE]))]
    pub org_term_until: LastDay,
}

choices!(
    /// 身份证件类型.
    IdentityDocument {
        /// 居民身份证.
        ResidentCard = "居民身份证",
        /// 港澳居民来往内地通行证.
        HongKongMacaoPermit = "港澳居民来往内地通行证",
        /// 台湾居民来往大陆通行证.
        TaiwanPermit = "台湾居民来往大陆通行证",
        /// 护照.
        Passport = "护照",
    }
);

/// 法定代表人.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct LegalRepresentative {
    /// 法定代表人姓名 / Name of the legal representative
    #[schemars(length(min = 1, max = 50), extend("element" = "person.legal.name", "sources" = [BUSINESS_LICENCE]))]
    pub legal_name: String,
    /// 法定代表人身份信息 / Identity of the legal representative
    #[schemars(extend("element" = "person.legal", "sources" = ["shared:market-entity/legal-representative?核验法定代表人身份"]))]
    pub legal_person: Person,
    /// 法定代表人证件类型 / Identity document of the legal representative
    #[schemars(extend("element" = "person.legal.document-type", "sources" = ["shared:market-entity/legal-representative-document-type?核验法定代表人身份"]))]
    pub legal_document_type: IdentityDocument,
    /// 法定代表人性别 / Gender of the legal representative
    #[schemars(extend("element" = "person.legal.gender", "sources" = ["shared:population/gender?填写许可申请书"]))]
    pub legal_gender: Gender,
    /// 法定代表人出生日期 / Date of birth of the legal representative
    #[schemars(extend("element" = "person.legal.born", "sources" = ["shared:population/born?填写许可申请书"]))]
    pub legal_born: CivilDate,
    /// 法定代表人户籍地址 / Household address of the legal representative
    #[schemars(length(min = 4, max = 200), extend("element" = "person.legal.household-address", "sources" = ["shared:population/household-address?填写许可申请书"]))]
    pub legal_household_address: String,
    /// 法定代表人移动电话 / Mobile number of the legal representative
    #[schemars(extend("element" = "person.legal.mobile", "sources" = ["subject-record"]))]
    pub legal_mobile: Mobile,
    /// 法定代表人职务 / Position of the legal representative
    #[schemars(length(min = 2, max = 30), extend("element" = "person.legal.position", "sources" = ["subject-record"]))]
    pub legal_position: String,
}

/// 联系人: whom the authority calls.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// 联系人姓名 / Contact person
    #[schemars(length(min = 1, max = 50), extend("element" = "contact.name", "sources" = ["subject-record"]))]
    pub contact_name: String,
    /// 联系人移动电话 / Mobile number of the contact
    #[schemars(extend("element" = "contact.mobile", "sources" = ["subject-record"]))]
    pub contact_mobile: Mobile,
    /// 电子邮箱 / E-mail
    #[schemars(extend("element" = "contact.email", "sources" = ["subject-record"]))]
    pub contact_email: Email,
    /// 通信地址 / Postal address
    #[schemars(length(min = 4, max = 200), extend("element" = "contact.address", "sources" = ["subject-record"]))]
    pub contact_address: String,
}

choices!(
    /// 证照领取方式.
    DeliveryMethod {
        /// 电子证照.
        Electronic = "电子证照",
        /// 窗口领取.
        Window = "窗口领取",
        /// 邮寄.
        Courier = "邮寄",
    }
);

/// How the certificate reaches the applicant.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    /// 证照领取方式 / How the certificate is received
    #[schemars(extend("element" = "delivery.method"))]
    pub delivery_method: DeliveryMethod,
    /// 收件人 / Recipient
    #[schemars(length(min = 1, max = 50), extend("element" = "delivery.recipient", "sources" = ["subject-record"]))]
    pub delivery_recipient: String,
    /// 收件地址 / Delivery address
    #[schemars(length(min = 4, max = 200), extend("element" = "delivery.address", "sources" = ["subject-record"]))]
    pub delivery_address: String,
}

/// What the applicant declares.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    /// 申请材料真实性声明 / Declaration that what is submitted is true
    #[schemars(extend("element" = "statement.truthful", "const" = true))]
    pub statement_truthful: bool,
}
