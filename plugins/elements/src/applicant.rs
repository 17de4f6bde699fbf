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
    #[serde(rename = "org.name")]
    #[schemars(length(min = 2, max = 100), extend("sources" = [BUSINESS_LICENCE]))]
    pub org_name: String,
    /// 统一社会信用代码 / Unified social credit code
    #[serde(rename = "org.uscc")]
    #[schemars(extend("sources" = [BUSINESS_LICENCE]))]
    pub org_uscc: CreditCode,
    /// 企业类型 / Type of enterprise
    #[serde(rename = "org.type")]
    #[schemars(length(min = 2, max = 60), extend("sources" = [BUSINESS_LICENCE]))]
    pub org_type: String,
    /// 注册资本（万元） / Registered capital (10,000 yuan)
    #[serde(rename = "org.registered-capital")]
    #[schemars(range(min = 0), extend("sources" = [BUSINESS_LICENCE]))]
    pub org_registered_capital: f64,
    /// 成立日期 / Date of establishment
    #[serde(rename = "org.established")]
    #[schemars(extend("sources" = [BUSINESS_LICENCE]))]
    pub org_established: CivilDate,
    /// 住所 / Registered domicile
    #[serde(rename = "org.domicile")]
    #[schemars(length(min = 4, max = 200), extend("sources" = [BUSINESS_LICENCE]))]
    pub org_domicile: String,
    /// 经营范围 / Business scope
    #[serde(rename = "org.scope")]
    #[schemars(length(min = 2, max = 2000), extend("sources" = [BUSINESS_LICENCE]))]
    pub org_scope: String,
    /// 登记机关 / Registration authority
    #[serde(rename = "org.registrar")]
    #[schemars(length(min = 4, max = 100), extend("sources" = [BUSINESS_LICENCE]))]
    pub org_registrar: String,
    /// 营业期限至 / Term of business until
    #[serde(rename = "org.term-until")]
    #[schemars(extend("sources" = [BUSINESS_LICENCE]))]
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
    #[serde(rename = "person.legal.name")]
    #[schemars(length(min = 1, max = 50), extend("sources" = [BUSINESS_LICENCE]))]
    pub legal_name: String,
    /// 法定代表人身份信息 / Identity of the legal representative
    #[serde(rename = "person.legal")]
    #[schemars(extend("sources" = ["shared:market-entity/legal-representative?核验法定代表人身份"]))]
    pub legal_person: Person,
    /// 法定代表人证件类型 / Identity document of the legal representative
    #[serde(rename = "person.legal.document-type")]
    #[schemars(extend("sources" = ["shared:market-entity/legal-representative-document-type?核验法定代表人身份"]))]
    pub legal_document_type: IdentityDocument,
    /// 法定代表人性别 / Gender of the legal representative
    #[serde(rename = "person.legal.gender")]
    #[schemars(extend("sources" = ["shared:population/gender?填写许可申请书"]))]
    pub legal_gender: Gender,
    /// 法定代表人出生日期 / Date of birth of the legal representative
    #[serde(rename = "person.legal.born")]
    #[schemars(extend("sources" = ["shared:population/born?填写许可申请书"]))]
    pub legal_born: CivilDate,
    /// 法定代表人户籍地址 / Household address of the legal representative
    #[serde(rename = "person.legal.household-address")]
    #[schemars(length(min = 4, max = 200), extend("sources" = ["shared:population/household-address?填写许可申请书"]))]
    pub legal_household_address: String,
    /// 法定代表人移动电话 / Mobile number of the legal representative
    #[serde(rename = "person.legal.mobile")]
    #[schemars(extend("sources" = ["subject-record"]))]
    pub legal_mobile: Mobile,
    /// 法定代表人职务 / Position of the legal representative
    #[serde(rename = "person.legal.position")]
    #[schemars(length(min = 2, max = 30), extend("sources" = ["subject-record"]))]
    pub legal_position: String,
}

/// 联系人: whom the authority calls.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// 联系人姓名 / Contact person
    #[serde(rename = "contact.name")]
    #[schemars(length(min = 1, max = 50), extend("sources" = ["subject-record"]))]
    pub contact_name: String,
    /// 联系人移动电话 / Mobile number of the contact
    #[serde(rename = "contact.mobile")]
    #[schemars(extend("sources" = ["subject-record"]))]
    pub contact_mobile: Mobile,
    /// 电子邮箱 / E-mail
    #[serde(rename = "contact.email")]
    #[schemars(extend("sources" = ["subject-record"]))]
    pub contact_email: Email,
    /// 通信地址 / Postal address
    #[serde(rename = "contact.address")]
    #[schemars(length(min = 4, max = 200), extend("sources" = ["subject-record"]))]
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
    #[serde(rename = "delivery.method")]
    pub delivery_method: DeliveryMethod,
    /// 收件人 / Recipient
    #[serde(rename = "delivery.recipient")]
    #[schemars(length(min = 1, max = 50), extend("sources" = ["subject-record"]))]
    pub delivery_recipient: String,
    /// 收件地址 / Delivery address
    #[serde(rename = "delivery.address")]
    #[schemars(length(min = 4, max = 200), extend("sources" = ["subject-record"]))]
    pub delivery_address: String,
}

/// What the applicant declares.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    /// 申请材料真实性声明 / Declaration that what is submitted is true
    #[serde(rename = "statement.truthful")]
    #[schemars(extend("const" = true))]
    pub statement_truthful: bool,
}
