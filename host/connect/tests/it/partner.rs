//! A partner on a free port that records what arrives and behaves as the test says. Written on plain sockets, so
//! that it can misbehave in ways that a web framework forbids.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What the partner does with a request.
#[derive(Clone)]
pub enum Does {
    /// Answers with a status and no body.
    Status(u16),
    /// Answers 302 to this address.
    Redirects(String),
    /// Answers 200 with this body.
    Says(String),
    /// Never answers.
    Hangs,
    /// Answers 200 and never ends its body.
    Endless,
}

/// A request that arrived.
#[derive(Debug)]
pub struct Request {
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Checks the signature as a partner does.
    pub fn verify(&self, secret: &[u8]) -> Result<(), banshi_connect::sign::Forged> {
        let now = jiff::Timestamp::now().as_second();
        let (timestamp, signature) = (&self.headers["banshi-timestamp"], &self.headers["banshi-signature"]);
        banshi_connect::sign::verify(secret, timestamp, signature, &self.body, now)
    }
}

pub struct Partner {
    pub url: String,
    pub requests: mpsc::UnboundedReceiver<Request>,
}

impl Partner {
    /// Behaves by the number of the request, from 0.
    pub async fn start(does: impl Fn(usize) -> Does + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/in", listener.local_addr().unwrap());
        let (sender, requests) = mpsc::unbounded_channel();
        let does = Arc::new(does);
        let counter = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (sender, does, counter) = (sender.clone(), Arc::clone(&does), Arc::clone(&counter));
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    while let Some(request) = read(&mut stream).await {
                        let number = counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        let _ = sender.send(request);
                        answer(stream.get_mut(), does(number)).await;
                    }
                });
            }
        });
        Self { url, requests }
    }

    pub async fn next(&mut self) -> Request {
        self.requests.recv().await.unwrap()
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|&n| n > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { path, headers, body })
}

async fn answer(stream: &mut TcpStream, does: Does) {
    let head = match does {
        Does::Status(status) => format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n"),
        Does::Redirects(to) => format!("HTTP/1.1 302 X\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"),
        Does::Says(body) => format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
        Does::Hangs => std::future::pending().await,
        Does::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n").await;
            while stream.write_all(b"400\r\n").await.is_ok()
                && stream.write_all(&[b'x'; 0x400]).await.is_ok()
                && stream.write_all(b"\r\n").await.is_ok()
            {}
            return;
        }
    };
    let _ = stream.write_all(head.as_bytes()).await;
}
