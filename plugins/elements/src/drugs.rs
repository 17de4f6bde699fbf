//! Retail of over-the-counter drugs of class B (乙类非处方药零售).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{CitizenId, CivilDate, choices};

choices!(
    /// 药品经营方式.
    DrugBusiness {
        /// 零售.
        Retail = "零售",
        /// 零售连锁门店.
        ChainStore = "零售（连锁门店）",
    }
);

choices!(
    /// 药品经营类别: this matter covers one.
    DrugClass {
        /// 乙类非处方药.
        OverTheCounterB = "乙类非处方药",
    }
);

choices!(
    /// 药品经营范围.
    DrugScope {
        /// 中成药.
        ChinesePatent = "中成药",
        /// 化学药制剂.
        Chemical = "化学药制剂",
        /// 抗生素制剂.
        Antibiotic = "抗生素制剂",
        /// 生化药品.
        Biochemical = "生化药品",
    }
);

choices!(
    /// 药学技术资格.
    PharmacistGrade {
        /// 执业药师.
        Licensed = "执业药师",
        /// 药师.
        Pharmacist = "药师",
        /// 经考核合格的业务人员.
        Examined = "经考核合格的业务人员",
    }
);

choices!(
    /// 购进渠道.
    PurchaseChannel {
        /// 药品批发企业.
        Wholesaler = "药品批发企业",
        /// 连锁总部配送.
        ChainHeadquarters = "连锁总部配送",
    }
);

/// What drugs are sold and how they are kept.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct DrugRetail {
    /// 药品经营方式 / Form of drug business
    #[serde(rename = "drugs.business")]
    pub drugs_business: DrugBusiness,
    /// 药品经营类别 / Class of drugs
    #[serde(rename = "drugs.class")]
    pub drugs_class: DrugClass,
    /// 药品经营范围 / Scope of drugs
    #[serde(rename = "drugs.scope")]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub drugs_scope: Vec<DrugScope>,
    /// 药品经营区面积（平方米） / Area for drugs (square metres)
    #[serde(rename = "drugs.area")]
    #[schemars(range(min = 1, max = 10_000))]
    pub drugs_area: f64,
    /// 药品专柜数量 / Number of drug cabinets
    #[serde(rename = "drugs.cabinets")]
    #[schemars(range(min = 1, max = 1000))]
    pub drugs_cabinets: u32,
    /// 阴凉（冷藏）设备台数 / Number of cooling cabinets
    #[serde(rename = "drugs.cooling-cabinets")]
    #[schemars(range(min = 0, max = 1000))]
    pub drugs_cooling_cabinets: u32,
    /// 温湿度计数量 / Number of thermo-hygrometers
    #[serde(rename = "drugs.thermo-hygrometers")]
    #[schemars(range(min = 1, max = 1000))]
    pub drugs_thermo_hygrometers: u32,
    /// 是否使用药品计算机管理系统 / Drugs are managed in a computer system
    #[serde(rename = "drugs.computer-system")]
    pub drugs_computer_system: bool,
    /// 购进渠道 / Purchase channel
    #[serde(rename = "drugs.purchase-channel")]
    pub drugs_purchase_channel: PurchaseChannel,
}

/// The pharmacist or examined employee (药品管理法 第五十二条), with the register's entry.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Pharmacist {
    /// 药学技术人员姓名 / Name of the pharmacist
    #[serde(rename = "drugs.pharmacist.name")]
    #[schemars(length(min = 1, max = 50))]
    pub pharmacist_name: String,
    /// 药学技术人员身份证号 / Citizen number of the pharmacist
    #[serde(rename = "drugs.pharmacist.id-number")]
    pub pharmacist_id_number: CitizenId,
    /// 药学技术资格 / Qualification of the pharmacist
    #[serde(rename = "drugs.pharmacist.grade")]
    pub pharmacist_grade: PharmacistGrade,
    /// 药学技术人员注册（考核）证号 / Registration number of the pharmacist
    #[serde(rename = "drugs.pharmacist.registration-number")]
    #[schemars(length(min = 4, max = 40), extend("sources" = ["shared:pharmacist-registry/registration-number?核验药学技术人员"]))]
    pub pharmacist_registration_number: String,
    /// 注册（考核）有效期至 / Registration valid until
    #[serde(rename = "drugs.pharmacist.registered-until")]
    #[schemars(extend("sources" = ["shared:pharmacist-registry/registered-until?核验药学技术人员"]))]
    pub pharmacist_registered_until: CivilDate,
}
