//! Processor time, memory, disk and load, as Linux tells them. Processor time is user plus system.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use cpu_time::{ProcessTime, ThreadTime};

/// In which `/proc/PID/stat` counts; fixed at 100 a second for user space.
const TICKS_PER_SECOND: u64 = 100;
/// In which a file system counts.
pub const BLOCK_BYTES: u64 = 512;

/// Processor time of all threads of this process so far, in nanoseconds' resolution.
pub fn process() -> Result<Duration> {
    Ok(ProcessTime::try_now().context("no processor time of the process")?.as_duration())
}

/// Processor time of the calling thread so far.
pub fn thread() -> Result<Duration> {
    Ok(ThreadTime::try_now().context("no processor time of the thread")?.as_duration())
}

/// Processor time of another process so far, its ended threads included, to a hundredth of a second.
pub fn of(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("process {pid} is gone"))?;
    // The name in brackets may hold blanks: what counts comes after it.
    let (_, rest) = stat.rsplit_once(')').context("/proc/PID/stat reads otherwise")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |index: usize| -> Result<u64> { Ok(fields.get(index).context("too few fields")?.parse()?) };
    // `utime` and `stime` are the 14th and 15th field; the state behind the name is the third.
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 1000 / TICKS_PER_SECOND))
}

/// Processor time of each thread of another process so far, to the nanosecond, by the thread's id.
pub fn threads(pid: u32) -> Result<BTreeMap<u32, u64>> {
    let mut threads = BTreeMap::new();
    for task in fs::read_dir(format!("/proc/{pid}/task")).with_context(|| format!("process {pid} is gone"))? {
        let task = task?;
        let Some(id) = task.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A thread may end while one looks.
        let Ok(line) = fs::read_to_string(task.path().join("schedstat")) else { continue };
        let first = line.split_ascii_whitespace().next().context("schedstat reads otherwise")?;
        threads.insert(id, first.parse()?);
    }
    Ok(threads)
}

/// What all threads took between two looks, in milliseconds; those that ended meanwhile are not counted.
pub fn between_ms(before: &BTreeMap<u32, u64>, after: &BTreeMap<u32, u64>) -> f64 {
    let took = |(id, now): (&u32, &u64)| now.saturating_sub(before.get(id).copied().unwrap_or(0));
    after.iter().map(took).sum::<u64>() as f64 / 1e6
}

/// Resident memory of a process, in MiB.
pub fn rss_mib(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).with_context(|| format!("process {pid} is gone"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024.0)
}

/// The machine's load over one, five and fifteen minutes.
pub fn load() -> Result<[f64; 3]> {
    let text = fs::read_to_string("/proc/loadavg")?;
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    let mut next = || anyhow::Ok(numbers.next().context("/proc/loadavg reads otherwise")??);
    Ok([next()?, next()?, next()?])
}

/// How long one `fdatasync` behind an appended page takes in this folder, in milliseconds: each of fifty.
pub fn fdatasync_ms(folder: &Path) -> Result<Vec<f64>> {
    let path = folder.join("fdatasync");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let mut times = Vec::new();
    for _ in 0..50 {
        file.write_all(&[7; 4096])?;
        let began = Instant::now();
        file.sync_data()?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    fs::remove_file(path)?;
    Ok(times)
}

/// Bytes that are free on the file system of this folder.
pub fn free_bytes(folder: &Path) -> Result<u64> {
    let stat = rustix::fs::statvfs(folder)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Bytes that a folder's files take on disk, with everything below it.
pub fn disk_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        // A file may go while one looks.
        let Ok(meta) = entry.metadata() else { continue };
        bytes += if meta.is_dir() { disk_bytes(&entry.path())? } else { meta.blocks() * BLOCK_BYTES };
    }
    Ok(bytes)
}
