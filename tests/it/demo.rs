//! The main job, as anybody runs it: from source to a certificate, with districts changing rules meanwhile.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::top;

#[test]
fn the_demo_tells_its_story_without_a_restart_and_its_numbers_are_the_hosts() {
    let output = Command::new(env!("CARGO_BIN_EXE_banshi"))
        .args(["demo", "--exit", "--json"])
        .current_dir(top())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let last: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(last["restarts"], 0);
    let districts = last["districts"].as_array().unwrap();
    let of = |at: usize, key: &str| districts[at][key].clone();

    // The reference case in Pudong, as published: 95 days, 53 papers and 313 fields come down to 5, 10 and 98.
    assert_eq!(of(0, "division"), "310115");
    assert_eq!((of(0, "declared_days"), of(0, "promised_days")), (json!(95), json!(5)));
    assert_eq!((of(0, "materials_declared"), of(0, "materials_asked")), (json!(53), json!(10)));
    assert_eq!(of(0, "fields_declared"), 313);
    assert!(of(0, "fields_asked").as_u64().unwrap() <= 98);
    assert_eq!(of(0, "permits").as_array().unwrap().len(), 5);
    assert!(of(0, "decided").as_str().unwrap() <= of(0, "due").as_str().unwrap());
    assert!(of(0, "composite").is_string());

    // Huangpu with its settings, Xuhui with its code, and Huangpu again after the take-back.
    let layers: Vec<usize> = districts.iter().map(|district| district["layers"].as_array().unwrap().len()).collect();
    assert_eq!(layers, [1, 2, 2, 1]);
    assert_eq!((of(1, "promised_days"), of(1, "materials_asked")), (json!(3), json!(9)));
    assert_eq!(of(3, "promised_days"), 5);
}
