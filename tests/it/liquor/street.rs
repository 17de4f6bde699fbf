//! A street of convenience stores, each of a firm of its own: filed through the portal, worked on by the officers of two
//! departments, one after another or many at once.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use banshi_model::checkdigit::uscc;
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::{BUSINESS_LICENCE, Caller, Host, licence_id, sample, say, verdict};

/// Where all of them are: Pudong.
pub const DIVISION: &str = "310115";
/// Cases that are under way in this test at once.
const AT_ONCE: usize = 16;
/// How long partners may take to answer.
const PATIENCE: Duration = Duration::from_secs(120);
/// The part that the tobacco office decides.
const TOBACCO: &str = "P04";
/// A GB 32100 code has none of I, O, S, V, Z.
const CODE: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Whoever acts on cases. Cheap to hand on.
#[derive(Clone)]
pub struct Street {
    platform: Caller,
    portal: Caller,
    market: Caller,
    tobacco: Caller,
    http: reqwest::Client,
    samples: Arc<Samples>,
    filed: Arc<AtomicUsize>,
}

/// What every applicant types in, answers and holds.
struct Samples {
    applicant: Map<String, Value>,
    answers: Map<String, Value>,
    licence: Map<String, Value>,
}

/// A firm's application.
#[derive(Clone)]
pub struct Shop {
    /// The firm.
    pub firm: Value,
    /// The bundle's case.
    pub case: String,
}

impl Street {
    /// The street on a host.
    pub fn on(host: &Host) -> Self {
        let mut applicant = sample("applicant");
        applicant.extend(sample("since-2023"));
        let samples = Samples { applicant, answers: sample("answers"), licence: sample("business-licence") };
        Self {
            platform: host.as_("platform"),
            portal: host.as_("portal"),
            market: host.as_("market"),
            tobacco: host.as_("tobacco"),
            http: reqwest::Client::new(),
            samples: Arc::new(samples),
            filed: Arc::default(),
        }
    }

    /// How many cases were filed so far.
    pub fn filed(&self) -> usize {
        self.filed.load(Ordering::Relaxed)
    }

    /// A page, as a browser gets it.
    pub async fn page(&self, url: String) -> String {
        let page = self.http.get(url).header("Accept", "text/html").send().await.unwrap();
        assert_eq!(page.status(), 200);
        page.text().await.unwrap()
    }

    /// A firm with a business licence in the library.
    pub async fn firm(&self, number: usize) -> Value {
        let firm = json!({ "kind": "legal-person", "id": code(number), "name": format!("示例便利{number}号店") });
        let mut content = self.samples.licence.clone();
        content.insert("org.uscc".to_owned(), firm["id"].clone());
        content.insert("org.name".to_owned(), firm["name"].clone());
        let licence = json!({
            "id": licence_id(BUSINESS_LICENCE, "11310115MB1A01151B", &format!("2023{number:012}")),
            "licence_type": BUSINESS_LICENCE, "title": { "zh": "营业执照" }, "division": DIVISION,
            "department": "市场监督管理局", "holder": firm, "content": content,
        });
        say(&self.platform.post("/licences", licence).await, 201);
        firm
    }

    /// The form for a firm, with answers beside those of the reference case; the guide is asked for as many questions as it
    /// has here and now.
    pub async fn prefill(&self, firm: &Value, more: &[(&str, bool)]) -> Value {
        let request = json!({ "subject": firm, "answers": self.answers(more) });
        let path = format!("/divisions/{DIVISION}/matters/B01/prefill");
        say(&self.portal.post(&path, request).await, 200).clone()
    }

    fn answers(&self, more: &[(&str, bool)]) -> Map<String, Value> {
        let mut answers = self.samples.answers.clone();
        answers.extend(more.iter().map(|(question, answer)| ((*question).to_owned(), json!(answer))));
        answers
    }

    /// A firm files for the bundle; the window has it when this returns.
    pub async fn file(&self, firm: Value, more: &[(&str, bool)]) -> Shop {
        let form = self.prefill(&firm, more).await;
        let application = self.complete(&form, "B01", &firm, Value::Object(self.answers(more))).await;
        let case = self.portal.submit(application).await;
        self.filed.fetch_add(1, Ordering::Relaxed);
        self.until(&case, |case| case["tasks"].as_array().is_some_and(|tasks| !tasks.is_empty())).await;
        Shop { firm, case }
    }

    /// An application out of a form: what no source filled is typed in, what no source gave is uploaded.
    pub async fn complete(&self, form: &Value, matter: &str, firm: &Value, answers: Value) -> Value {
        let open = |list: &str| -> Vec<Value> {
            form[list].as_array().unwrap().iter().filter(|one| one["filled"].is_null()).cloned().collect()
        };
        let mut values = Map::new();
        for field in open("fields") {
            if let Some(value) = self.samples.applicant.get(field["element"].as_str().unwrap()) {
                values.insert(field["id"].as_str().unwrap().to_owned(), value.clone());
            }
        }
        let mut documents = Map::new();
        for paper in open("materials") {
            let uploaded = self.portal.upload("/documents", paper["title"]["zh"].to_string().into_bytes()).await;
            documents.insert(paper["id"].as_str().unwrap().to_owned(), say(&uploaded, 201)["id"].clone());
        }
        json!({
            "matter": matter, "division": DIVISION, "draft": form["draft"], "subject": firm, "answers": answers,
            "values": values, "documents": documents,
        })
    }

    /// Firms with these numbers file, many at once.
    pub async fn file_all(&self, numbers: std::ops::Range<usize>, more: &'static [(&'static str, bool)]) -> Vec<Shop> {
        let street = self.clone();
        at_once(numbers, move |number| {
            let street = street.clone();
            async move {
                let firm = street.firm(number).await;
                street.file(firm, more).await
            }
        })
        .await
    }

    /// The window accepts; every part is open when this returns.
    pub async fn accept_all(&self, shops: &[Shop]) {
        let street = self.clone();
        at_once(shops.to_vec(), move |shop| {
            let street = street.clone();
            async move {
                let case = street.look(&street.market, &shop.case).await;
                assert_eq!(street.answer(&case).await, 1, "{case:#}");
                street.until(&shop.case, |case| case["parts"].as_array().is_some_and(|parts| !parts.is_empty())).await;
            }
        })
        .await;
    }

    /// Officers approve whatever is asked of them until every case is closed.
    pub async fn finish_all(&self, shops: &[Shop]) {
        let street = self.clone();
        at_once(shops.to_vec(), move |shop| {
            let street = street.clone();
            async move { street.finish(&shop.case).await }
        })
        .await;
    }

    async fn finish(&self, id: &str) {
        let began = Instant::now();
        loop {
            let bundle = self.look(&self.market, id).await;
            if bundle["phase"] == "closed" {
                return;
            }
            let mut answered = self.answer(&bundle).await;
            for part in bundle["parts"].as_array().unwrap().iter().filter(|part| part["result"].is_null()) {
                let officer = if part["part"] == TOBACCO { &self.tobacco } else { &self.market };
                let part = self.look(officer, part["case"].as_str().unwrap()).await;
                answered += self.answer(&part).await;
            }
            if answered == 0 {
                assert!(began.elapsed() < PATIENCE, "nobody has anything to do: {bundle:#}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }

    /// Approves every open task of a case; says how many.
    pub async fn answer(&self, case: &Value) -> usize {
        let tasks = case["tasks"].as_array().unwrap();
        let open: Vec<&Value> = tasks.iter().filter(|task| task["status"] == "open").collect();
        for task in &open {
            let officer =
                if task["unit"].as_str().unwrap().starts_with("烟草") { &self.tobacco } else { &self.market };
            let measured = !task["form"]["properties"]["nearest_school"].is_null();
            let data = if measured { json!({ "nearest_retailer": 210, "nearest_school": 640 }) } else { Value::Null };
            let said = verdict(officer, task, "approve", data).await;
            assert!(say(&said, 200)["parked"].is_null(), "{:#}", said.body);
        }
        open.len()
    }

    /// A case as somebody sees it; nothing may have failed or wait in it.
    async fn look(&self, who: &Caller, case: &str) -> Value {
        let case = who.case(case).await;
        assert!(case["fault"].is_null(), "{case:#}");
        case
    }

    /// The bundle's case, as the market department sees it.
    pub async fn case(&self, shop: &Shop) -> Value {
        self.look(&self.market, &shop.case).await
    }

    /// The parts of a bundle, each a case, by code.
    pub async fn parts(&self, shop: &Shop) -> BTreeMap<String, Value> {
        let mut parts = BTreeMap::new();
        for part in self.case(shop).await["parts"].as_array().unwrap() {
            let officer = if part["part"] == TOBACCO { &self.tobacco } else { &self.market };
            let case = self.look(officer, part["case"].as_str().unwrap()).await;
            parts.insert(part["part"].as_str().unwrap().to_owned(), case);
        }
        parts
    }

    /// The one licence of a part that was granted.
    pub async fn licence(&self, part: &Value) -> Value {
        let id = part["licences"][0].as_str().unwrap_or_else(|| panic!("no licence: {part:#}"));
        say(&self.market.get(&format!("/licences/{id}")).await, 200).clone()
    }

    /// A firm hands its liquor licence back (注销), on what is left of P03.
    pub async fn give_up_liquor(&self, shop: &Shop) {
        let licence = self.licence(&self.parts(shop).await["P03"]).await;
        self.single(&shop.firm, "P03", json!({ "business": "cancel", "licence": licence["id"] })).await;
    }

    /// A firm applies for one matter that asks no questions, with these members besides; its case, granted.
    pub async fn single(&self, firm: &Value, matter: &str, besides: Value) -> Value {
        let path = format!("/divisions/{DIVISION}/matters/{matter}/prefill");
        let request = json!({ "subject": firm, "answers": {}, "business": besides["business"] });
        let form = say(&self.portal.post(&path, request).await, 200).clone();
        let mut application = self.complete(&form, matter, firm, json!({})).await;
        application.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        let case = self.portal.submit(application).await;
        loop {
            let now = self.until(&case, |case| case["phase"] == "closed" || open(case)).await;
            if now["phase"] == "closed" {
                assert_eq!(now["outcome"], "granted", "{now:#}");
                return now;
            }
            self.answer(&now).await;
        }
    }

    async fn until(&self, case: &str, so: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let case = self.look(&self.market, case).await;
            if so(&case) {
                return case;
            }
            assert!(began.elapsed() < PATIENCE, "{case:#}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn open(case: &Value) -> bool {
    case["tasks"].as_array().is_some_and(|tasks| tasks.iter().any(|task| task["status"] == "open"))
}

/// Runs one task for each, a few of them at once; what they give, in the same order.
pub async fn at_once<I, T, F>(each: impl IntoIterator<Item = I>, task: impl Fn(I) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for (index, one) in each.into_iter().enumerate() {
        let (task, turns) = (task(one), turns.clone());
        running.spawn(async move {
            let _turn = turns.acquire_owned().await.unwrap();
            (index, task.await)
        });
    }
    let mut done: Vec<(usize, T)> = running.join_all().await;
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, one)| one).collect()
}

/// A made-up credit code whose check characters hold.
fn code(number: usize) -> String {
    let mut rest = number;
    let mut body = [b'0'; 6];
    for place in body.iter_mut().rev() {
        *place = CODE[rest % CODE.len()];
        rest /= CODE.len();
    }
    let body = format!("MB{}", String::from_utf8_lossy(&body));
    let own = uscc::organisation_check_character(&body).filter(|c| CODE.contains(&(*c as u8))).unwrap_or('0');
    let first = format!("91{DIVISION}{body}{own}");
    format!("{first}{}", uscc::check_character(&first).unwrap())
}
