//! Whom a stream tells, over a source that tells whom it was asked for.

use std::path::PathBuf;

use banshi_engine::Role;
use banshi_engine::Role::Platform;
use futures::StreamExt as _;
use tokio::sync::mpsc;

use super::*;
use crate::tokens::TokenFile;

/// Tells each that it is asked for, and nothing but what the test gives it.
struct Asked {
    by: mpsc::UnboundedSender<Principal>,
    given: mpsc::UnboundedReceiver<Vec<Event>>,
}

impl Source for Asked {
    async fn next(&mut self, who: &Principal) -> Result<Option<Vec<Event>>, Error> {
        self.by.send(who.clone()).unwrap();
        Ok(self.given.recv().await)
    }
}

/// A token file with one token, and the tokens of a host that reads it.
struct Desk {
    _folder: tempfile::TempDir,
    path: PathBuf,
    token: String,
    tokens: Tokens,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.toml");
        let token = TokenFile::edit(&path, |file| file.create("window", Platform, None, [7; 32])).unwrap();
        let tokens = Tokens::open(&path).unwrap();
        Self { _folder: folder, path, token, tokens }
    }

    fn listener(&self) -> Listener {
        let who = self.tokens.find(&self.token, Timestamp::now()).unwrap();
        Listener { who, presented: self.token.clone(), tokens: self.tokens.clone() }
    }

    /// The same token is a portal's from now on.
    fn narrow(&self) {
        let text = std::fs::read_to_string(&self.path).unwrap();
        assert!(text.contains("\"platform\""), "{text}");
        let aside = self.path.with_extension("new");
        std::fs::write(&aside, text.replace("\"platform\"", "\"partner\"")).unwrap();
        let mode = std::fs::metadata(&self.path).unwrap().permissions();
        std::fs::set_permissions(&aside, mode).unwrap();
        std::fs::rename(&aside, &self.path).unwrap();
    }
}

type Events = mpsc::UnboundedSender<Vec<Event>>;

fn source() -> (Asked, mpsc::UnboundedReceiver<Principal>, Events) {
    let ((by, asked), (give, given)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
    (Asked { by, given }, asked, give)
}

#[tokio::test]
async fn what_was_read_before_a_token_was_narrowed_is_not_told() {
    let (desk, (source, mut asked, give)) = (Desk::new(), source());
    let mut body = Streams::new(1).open(desk.listener(), source).unwrap().into_body().into_data_stream();
    give.send(vec![Event::default().data("first"), Event::default().data("second")]).unwrap();
    let first = body.next().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("first"));
    desk.narrow();
    assert!(body.next().await.is_none(), "it was read for the platform");
    assert_eq!(asked.recv().await.unwrap().role, Platform);
}

#[tokio::test]
async fn a_source_that_is_waited_for_is_asked_again_for_whom_the_token_is_now() {
    let (desk, (source, mut asked, give)) = (Desk::new(), source());
    let mut body = Streams::new(1).open(desk.listener(), source).unwrap().into_body().into_data_stream();
    let narrowed = async {
        assert_eq!(asked.recv().await.unwrap().role, Platform);
        desk.narrow();
        assert_eq!(asked.recv().await.unwrap().role, Role::Partner { kind: None });
        give.send(vec![Event::default().data("narrow")]).unwrap();
    };
    let (told, ()) = tokio::join!(body.next(), narrowed);
    assert!(String::from_utf8_lossy(&told.unwrap().unwrap()).contains("narrow"));
}

#[tokio::test]
async fn one_principal_holds_so_many_streams_and_leaves_the_others_to_the_others() {
    let (desk, streams) = (Desk::new(), Streams::new(ONE_PRINCIPALS_MAX + 1));
    let open = |name: &str| {
        let listener = desk.listener();
        let who = Principal { name: name.to_owned(), ..listener.who };
        streams.open(Listener { who, ..listener }, source().0)
    };
    let mut held: Vec<Response> = (0..ONE_PRINCIPALS_MAX).map(|_| open("window").unwrap()).collect();
    let refused = open("window").unwrap_err();
    assert_eq!((refused.status, refused.detail_en.as_deref()), (503, Some("this token has too many streams open")));
    let others = open("other").unwrap();
    assert_eq!(open("third").unwrap_err().detail_en.as_deref(), Some("too many streams are open"));
    held.pop();
    held.push(open("window").unwrap());
    drop((held, others));
    assert!(streams.held.lock().unwrap().is_empty(), "a name is forgotten with its last stream");
}
