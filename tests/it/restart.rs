//! Stopped and killed in the middle: what was acknowledged is there, and goes on.

use crate::support::{host_with_plain_approval, plain_application, say};

#[tokio::test]
async fn a_case_goes_on_over_a_kill_and_an_orderly_stop() {
    let mut host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    let first = host.as_("officer").tasks_of(&id).await.remove(0);
    say(&host.as_("officer").verdict(&first, "approve").await, 200);

    host.kill();
    host.restart();
    assert_eq!(host.as_("officer").tasks_of(&id).await.len(), 2);
    let second = host.as_("officer").tasks_of(&id).await.remove(0);
    say(&host.as_("officer").verdict(&second, "approve").await, 200);

    assert_eq!(host.terminate(), Some(0));
    host.restart();
    host.as_("officer").approve_all(&id).await;
    host.clock("2021-04-23T09:00:00+08:00").await;
    let case = host.as_("applicant").case(&id).await;
    assert_eq!(case["outcome"], "granted", "{case:#}");
    assert_eq!(case["licences"].as_array().unwrap().len(), 1);
    host.kill();
    let (code, said) = host.offline(&["verify"]);
    assert_eq!(code, 0, "{said}");
}

#[tokio::test]
async fn a_second_process_on_the_folder_is_told_so() {
    let host = host_with_plain_approval().await;
    let (code, said) = host.offline(&["verify"]);
    assert_ne!(code, 0);
    assert!(said.contains("in use"), "{said}");
}
