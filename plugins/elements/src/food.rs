//! Food business (食品经营): what is sold, who answers for its safety, and with what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{CitizenId, CivilDate, Mobile, choices};

choices!(
    /// 主体业态.
    FoodForm {
        /// 食品销售经营者.
        Retailer = "食品销售经营者",
        /// 餐饮服务经营者.
        Catering = "餐饮服务经营者",
        /// 单位食堂.
        Canteen = "单位食堂",
    }
);

choices!(
    /// 经营项目.
    FoodItem {
        /// 预包装食品销售（含冷藏冷冻食品）.
        PrepackedChilled = "预包装食品销售（含冷藏冷冻食品）",
        /// 预包装食品销售（不含冷藏冷冻食品）.
        PrepackedAmbient = "预包装食品销售（不含冷藏冷冻食品）",
        /// 散装食品销售（含散装熟食）.
        LooseCooked = "散装食品销售（含散装熟食）",
        /// 散装食品销售（不含散装熟食）.
        Loose = "散装食品销售（不含散装熟食）",
        /// 热食类食品制售.
        Hot = "热食类食品制售",
        /// 糕点类食品制售.
        Pastry = "糕点类食品制售",
        /// 自制饮品制售.
        Drinks = "自制饮品制售",
    }
);

choices!(
    /// 特殊食品.
    SpecialFood {
        /// 保健食品.
        Health = "保健食品",
        /// 特殊医学用途配方食品.
        Medical = "特殊医学用途配方食品",
        /// 婴幼儿配方乳粉.
        InfantFormula = "婴幼儿配方乳粉",
    }
);

/// What is sold. Asked for the licence and for the filing of prepacked food alike.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct FoodSales {
    /// 主体业态 / Form of food business
    #[serde(rename = "food.form")]
    pub food_form: FoodForm,
    /// 经营项目 / Kinds of food business
    #[serde(rename = "food.items")]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub food_items: Vec<FoodItem>,
    /// 销售的特殊食品 / Special foods sold
    #[serde(rename = "food.special-kinds")]
    #[schemars(extend("uniqueItems" = true))]
    pub food_special_kinds: Vec<SpecialFood>,
    /// 是否通过网络经营 / Sold online
    #[serde(rename = "food.online")]
    pub food_online: bool,
    /// 网络经营平台或网址 / Platform or address of the online business
    #[serde(rename = "food.online-address")]
    #[schemars(length(min = 4, max = 200))]
    pub food_online_address: Option<String>,
    /// 自动售货设备台数 / Number of vending machines
    #[serde(rename = "food.vending-machines")]
    #[schemars(range(min = 0, max = 100))]
    pub food_vending_machines: u32,
}

/// What is made or handled open.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct FoodMaking {
    /// 是否销售散装熟食 / Loose cooked food is sold
    #[serde(rename = "food.sells-cooked")]
    pub food_sells_cooked: bool,
    /// 是否现制现售 / Food is made on the spot
    #[serde(rename = "food.makes-on-site")]
    pub food_makes_on_site: bool,
}

choices!(
    /// 培训考核等级.
    TrainingGrade {
        /// A1.
        A1 = "A1",
        /// A2.
        A2 = "A2",
        /// B.
        B = "B",
        /// C.
        C = "C",
    }
);

/// 食品安全管理人员 (食品安全法 第四十四条), with the certificate that the training register holds.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct FoodSafetyManager {
    /// 食品安全管理人员姓名 / Name of the food safety manager
    #[serde(rename = "food.manager.name")]
    #[schemars(length(min = 1, max = 50))]
    pub food_manager_name: String,
    /// 食品安全管理人员身份证号 / Citizen number of the food safety manager
    #[serde(rename = "food.manager.id-number")]
    pub food_manager_id_number: CitizenId,
    /// 食品安全管理人员移动电话 / Mobile number of the food safety manager
    #[serde(rename = "food.manager.mobile")]
    pub food_manager_mobile: Mobile,
    /// 食品安全管理人员职务 / Position of the food safety manager
    #[serde(rename = "food.manager.position")]
    #[schemars(length(min = 2, max = 30))]
    pub food_manager_position: String,
    /// 食品安全培训合格证号 / Number of the training certificate
    #[serde(rename = "food.manager.certificate-number")]
    #[schemars(length(min = 4, max = 40), extend("sources" = ["shared:food-safety-training/certificate-number?核验食品安全管理人员"]))]
    pub food_manager_certificate_number: String,
    /// 食品安全培训等级 / Grade of the training certificate
    #[serde(rename = "food.manager.certificate-grade")]
    #[schemars(extend("sources" = ["shared:food-safety-training/grade?核验食品安全管理人员"]))]
    pub food_manager_certificate_grade: TrainingGrade,
    /// 食品安全培训合格证有效期至 / Training certificate valid until
    #[serde(rename = "food.manager.certificate-until")]
    #[schemars(extend("sources" = ["shared:food-safety-training/valid-until?核验食品安全管理人员"]))]
    pub food_manager_certificate_until: CivilDate,
}

choices!(
    /// 通风排烟方式.
    Ventilation {
        /// 自然通风.
        Natural = "自然通风",
        /// 机械通风.
        Mechanical = "机械通风",
        /// 机械排烟并油烟净化.
        Filtered = "机械排烟并油烟净化",
    }
);

/// The rooms in which food is handled.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct FoodPremises {
    /// 食品处理区面积（平方米） / Food handling area (square metres)
    #[serde(rename = "food.handling-area")]
    #[schemars(range(min = 0, max = 100_000))]
    pub food_handling_area: f64,
    /// 就餐区面积（平方米） / Dining area (square metres)
    #[serde(rename = "food.dining-area")]
    #[schemars(range(min = 0, max = 100_000))]
    pub food_dining_area: f64,
    /// 食品贮存区面积（平方米） / Food storage area (square metres)
    #[serde(rename = "food.storage-area")]
    #[schemars(range(min = 0, max = 100_000))]
    pub food_storage_area: f64,
    /// 距污染源距离（米） / Distance from sources of pollution (metres)
    #[serde(rename = "food.pollution-distance")]
    #[schemars(range(min = 0, max = 10_000))]
    pub food_pollution_distance: u32,
    /// 生熟食品是否分区存放 / Raw and cooked food are kept apart
    #[serde(rename = "food.raw-cooked-separate")]
    pub food_raw_cooked_separate: bool,
    /// 洗手设施数量 / Number of hand-washing basins
    #[serde(rename = "food.handwash-basins")]
    #[schemars(range(min = 0, max = 100))]
    pub food_handwash_basins: u32,
    /// 通风排烟方式 / Ventilation
    #[serde(rename = "food.ventilation")]
    pub food_ventilation: Ventilation,
}

choices!(
    /// 消毒方式.
    Disinfection {
        /// 热力消毒.
        Heat = "热力消毒",
        /// 化学消毒.
        Chemical = "化学消毒",
        /// 一次性餐具.
        Disposable = "使用一次性餐具",
    }
);

choices!(
    /// 防虫防鼠设施.
    PestControl {
        /// 风幕机.
        AirCurtain = "风幕机",
        /// 灭蝇灯.
        FlyLamp = "灭蝇灯",
        /// 挡鼠板.
        RatBoard = "挡鼠板",
        /// 防虫网.
        Screen = "防虫网",
    }
);

choices!(
    /// 供水方式.
    WaterSupply {
        /// 市政供水.
        Municipal = "市政供水",
        /// 二次供水.
        Secondary = "二次供水",
    }
);

/// The equipment that food is kept and handled with.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct FoodEquipment {
    /// 冷藏设备台数 / Number of refrigerated cabinets
    #[serde(rename = "food.cold-cabinets")]
    #[schemars(range(min = 0, max = 1000))]
    pub food_cold_cabinets: u32,
    /// 冷冻设备台数 / Number of freezers
    #[serde(rename = "food.freezers")]
    #[schemars(range(min = 0, max = 1000))]
    pub food_freezers: u32,
    /// 热食保温设备台数 / Number of heated cabinets
    #[serde(rename = "food.heated-cabinets")]
    #[schemars(range(min = 0, max = 1000))]
    pub food_heated_cabinets: u32,
    /// 餐饮具消毒方式 / How tableware is disinfected
    #[serde(rename = "food.disinfection")]
    pub food_disinfection: Disinfection,
    /// 防蝇防鼠防虫设施 / Protection against flies, rats and insects
    #[serde(rename = "food.pest-control")]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub food_pest_control: Vec<PestControl>,
    /// 供水方式 / Water supply
    #[serde(rename = "food.water-supply")]
    pub food_water_supply: WaterSupply,
}

choices!(
    /// 进货查验记录方式.
    RecordForm {
        /// 电子台账.
        Electronic = "电子台账",
        /// 纸质台账.
        Paper = "纸质台账",
    }
);

/// How safety is kept from day to day (食品安全法 第四十七条、第五十三条).
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct FoodSafetyPractice {
    /// 进货查验记录方式 / How incoming goods are recorded
    #[serde(rename = "food.purchase-record")]
    pub food_purchase_record: RecordForm,
    /// 是否接入食品追溯系统 / Connected to the food traceability system
    #[serde(rename = "food.traceability")]
    pub food_traceability: bool,
    /// 食品安全自查频次（次/月） / Self-inspections a month
    #[serde(rename = "food.self-inspections")]
    #[schemars(range(min = 1, max = 31))]
    pub food_self_inspections: u32,
    /// 餐厨废弃物收运单位 / Collector of kitchen waste
    #[serde(rename = "food.waste-collector")]
    #[schemars(length(min = 2, max = 100))]
    pub food_waste_collector: String,
    /// 食品安全事故报告电话 / Telephone for food safety incidents
    #[serde(rename = "food.incident-mobile")]
    pub food_incident_mobile: Mobile,
}
