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
    #[schemars(extend("element" = "food.form"))]
    pub food_form: FoodForm,
    /// 经营项目 / Kinds of food business
    #[schemars(length(min = 1), extend("element" = "food.items", "uniqueItems" = true))]
    pub food_items: Vec<FoodItem>,
    /// 销售的特殊食品 / Special foods sold
    #[schemars(extend("element" = "food.special-kinds", "uniqueItems" = true))]
    pub food_special_kinds: Vec<SpecialFood>,
    /// 是否通过网络经营 / Sold online
    #[schemars(extend("element" = "food.online"))]
    pub food_online: bool,
    /// 网络经营平台或网址 / Platform or address of the online business
    #[schemars(length(min = 4, max = 200), extend("element" = "food.online-address"))]
    pub food_online_address: Option<String>,
    /// 自动售货设备台数 / Number of vending machines
    #[schemars(range(min = 0, max = 100), extend("element" = "food.vending-machines"))]
    pub food_vending_machines: u32,
}

/// What is made or handled open.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct FoodMaking {
    /// 是否销售散装熟食 / Loose cooked food is sold
    #[schemars(extend("element" = "food.sells-cooked"))]
    pub food_sells_cooked: bool,
    /// 是否现制现售 / Food is made on the spot
    #[schemars(extend("element" = "food.makes-on-site"))]
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
    #[schemars(length(min = 1, max = 50), extend("element" = "food.manager.name"))]
    pub food_manager_name: String,
    /// 食品安全管理人员身份证号 / Citizen number of the food safety manager
    #[schemars(extend("element" = "food.manager.id-number"))]
    pub food_manager_id_number: CitizenId,
    /// 食品安全管理人员移动电话 / Mobile number of the food safety manager
    #[schemars(extend("element" = "food.manager.mobile"))]
    pub food_manager_mobile: Mobile,
    /// 食品安全管理人员职务 / Position of the food safety manager
    #[schemars(length(min = 2, max = 30), extend("element" = "food.manager.position"))]
    pub food_manager_position: String,
    /// 食品安全培训合格证号 / Number of the training certificate
    #[schemars(length(min = 4, max = 40), extend("element" = "food.manager.certificate-number", "sources" = ["shared:food-safety-training/certificate-number?核验食品安全管理人员"]))]
    pub food_manager_certificate_number: String,
    /// 食品安全培训等级 / Grade of the training certificate
    #[schemars(extend("element" = "food.manager.certificate-grade", "sources" = ["shared:food-safety-training/grade?核验食品安全管理人员"]))]
    pub food_manager_certificate_grade: TrainingGrade,
    /// 食品安全培训合格证有效期至 / Training certificate valid until
    #[schemars(extend("element" = "food.manager.certificate-until", "sources" = ["shared:food-safety-training/valid-until?核验食品安全管理人员"]))]
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
    #[schemars(range(min = 0, max = 100_000), extend("element" = "food.handling-area"))]
    pub food_handling_area: f64,
    /// 就餐区面积（平方米） / Dining area (square metres)
    #[schemars(range(min = 0, max = 100_000), extend("element" = "food.dining-area"))]
    pub food_dining_area: f64,
    /// 食品贮存区面积（平方米） / Food storage area (square metres)
    #[schemars(range(min = 0, max = 100_000), extend("element" = "food.storage-area"))]
    pub food_storage_area: f64,
    /// 距污染源距离（米） / Distance from sources of pollution (metres)
    #[schemars(range(min = 0, max = 10_000), extend("element" = "food.pollution-distance"))]
    pub food_pollution_distance: u32,
    /// 生熟食品是否分区存放 / Raw and cooked food are kept apart
    #[schemars(extend("element" = "food.raw-cooked-separate"))]
    pub food_raw_cooked_separate: bool,
    /// 洗手设施数量 / Number of hand-washing basins
    #[schemars(range(min = 0, max = 100), extend("element" = "food.handwash-basins"))]
    pub food_handwash_basins: u32,
    /// 通风排烟方式 / Ventilation
    #[schemars(extend("element" = "food.ventilation"))]
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
    #[schemars(range(min = 0, max = 1000), extend("element" = "food.cold-cabinets"))]
    pub food_cold_cabinets: u32,
    /// 冷冻设备台数 / Number of freezers
    #[schemars(range(min = 0, max = 1000), extend("element" = "food.freezers"))]
    pub food_freezers: u32,
    /// 热食保温设备台数 / Number of heated cabinets
    #[schemars(range(min = 0, max = 1000), extend("element" = "food.heated-cabinets"))]
    pub food_heated_cabinets: u32,
    /// 餐饮具消毒方式 / How tableware is disinfected
    #[schemars(extend("element" = "food.disinfection"))]
    pub food_disinfection: Disinfection,
    /// 防蝇防鼠防虫设施 / Protection against flies, rats and insects
    #[schemars(length(min = 1), extend("element" = "food.pest-control", "uniqueItems" = true))]
    pub food_pest_control: Vec<PestControl>,
    /// 供水方式 / Water supply
    #[schemars(extend("element" = "food.water-supply"))]
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
    #[schemars(extend("element" = "food.purchase-record"))]
    pub food_purchase_record: RecordForm,
    /// 是否接入食品追溯系统 / Connected to the food traceability system
    #[schemars(extend("element" = "food.traceability"))]
    pub food_traceability: bool,
    /// 食品安全自查频次（次/月） / Self-inspections a month
    #[schemars(range(min = 1, max = 31), extend("element" = "food.self-inspections"))]
    pub food_self_inspections: u32,
    /// 餐厨废弃物收运单位 / Collector of kitchen waste
    #[schemars(length(min = 2, max = 100), extend("element" = "food.waste-collector"))]
    pub food_waste_collector: String,
    /// 食品安全事故报告电话 / Telephone for food safety incidents
    #[schemars(extend("element" = "food.incident-mobile"))]
    pub food_incident_mobile: Mobile,
}
