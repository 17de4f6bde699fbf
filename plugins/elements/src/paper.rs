//! Papers that several matters ask for, each with where it can come from before the applicant is asked.
//!
//! Each function takes the clause on which the matter asks for it. A bundle declares the same paper once
//! and covers its parts' with it.

use banshi_sdk::Material;

use crate::{BUSINESS_LICENCE, LIQUOR_LICENCE};

/// 营业执照, out of the licence library.
pub fn business_licence(basis: &str) -> Material {
    Material::new("business-licence", "营业执照 / Business licence", basis)
        .issuer("市场监督管理局")
        .source(BUSINESS_LICENCE)
}

/// 酒类商品零售许可证, issued before 2023-07-10 and valid until its last day, out of the licence library.
pub fn former_liquor_licence(basis: &str) -> Material {
    Material::new(
        "former-liquor-licence",
        "仍在有效期内的酒类商品零售许可证 / Liquor licence that is still valid",
        basis,
    )
    .issuer("市场监督管理局")
    .source(LIQUOR_LICENCE)
}

/// 法定代表人身份证明, out of the population register.
pub fn legal_identity(basis: &str) -> Material {
    Material::new("legal-identity", "法定代表人身份证明 / Identity document of the legal representative", basis)
        .issuer("公安局")
        .source("shared:population/identity-document?核验法定代表人身份")
}

/// 代理人身份证明, out of the population register.
pub fn agent_identity(basis: &str) -> Material {
    Material::new("agent-identity", "代理人身份证明 / Identity document of the agent", basis)
        .issuer("公安局")
        .source("shared:population/agent-identity-document?核验代理人身份")
}

/// 授权委托书: the applicant makes it.
pub fn authorisation(basis: &str) -> Material {
    Material::new("authorisation", "授权委托书 / Letter of authorisation", basis)
}

/// 经营场所使用证明: the lease. Where leases are registered and shared, a place may take it from there.
pub fn premises_proof(basis: &str) -> Material {
    Material::new("premises-proof", "经营场所使用证明（租赁合同等） / Proof of the right to use the premises", basis)
        .waivable("housing-lease/registered-lease?核验经营场所使用权")
}

/// 不动产权证书, out of the property register.
pub fn property_certificate(basis: &str) -> Material {
    Material::new("property-certificate", "不动产权证书 / Property certificate", basis)
        .issuer("不动产登记中心")
        .source("shared:real-estate/certificate?核验经营场所权属")
}

/// 平面布局图: the applicant draws it.
pub fn floor_plan(basis: &str) -> Material {
    Material::new("floor-plan", "经营场所平面布局图及位置示意图 / Floor plan and location sketch", basis)
}

/// 设施设备清单.
pub fn equipment_list(basis: &str) -> Material {
    Material::new("equipment-list", "主要设施设备清单 / List of facilities and equipment", basis)
}

/// 从业人员健康证明, out of the register of health certificates.
pub fn health_certificates(basis: &str) -> Material {
    Material::new("health-certificates", "从业人员健康证明 / Health certificates of staff", basis)
        .issuer("医疗卫生机构")
        .source("shared:health-certificate/certificates?核验从业人员健康证明")
}

/// 质量负责人学历证明, out of the register of degrees.
pub fn quality_head_degree(basis: &str) -> Material {
    Material::new("quality-head-degree", "质量负责人学历证明 / Proof of education of the head of quality", basis)
        .issuer("教育部门")
        .source("shared:education/degree?核验质量负责人学历")
}

/// 质量管理文件, for drugs and devices.
pub fn quality_system(basis: &str) -> Material {
    Material::new("quality-system", "质量管理制度及工作程序 / Quality management documents", basis)
}

/// 食品安全管理人员培训合格证明, out of the training register.
pub fn training_certificate(basis: &str) -> Material {
    let title = "食品安全管理人员培训合格证明 / Training certificate of the food safety manager";
    Material::new("training-certificate", title, basis)
        .issuer("市场监督管理局")
        .source("shared:food-safety-training/certificate?核验食品安全管理人员")
}

/// 药学技术人员注册（考核）证明, out of the pharmacists' register.
pub fn pharmacist_certificate(basis: &str) -> Material {
    Material::new("pharmacist-certificate", "药学技术人员注册（考核）证明 / Registration of the pharmacist", basis)
        .issuer("药品监督管理局")
        .source("shared:pharmacist-registry/certificate?核验药学技术人员")
}
