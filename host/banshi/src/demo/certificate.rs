//! The certificate in the terminal: what the public sees who scanned its code, and the code itself.

use banshi_engine::api::licences::CertificateView;
use banshi_model::time;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

use crate::commands::wording;
use crate::failure::{Kind, OrFail, Result};
use crate::output::plain_line;
use crate::table::{Table, cut};

/// Black on white whatever the terminal's colours are, and back to them.
const PAPER: (&str, &str) = ("\u{1b}[30;107m", "\u{1b}[0m");

/// What stands on it, as it is now.
pub fn table(certificate: &CertificateView) -> (String, Table) {
    let until =
        |day: Option<jiff::civil::Date>| day.map_or_else(|| "长期 open-ended".to_owned(), |day| day.to_string());
    let head = format!(
        "{}\n持证 holder  {}（{}）\n发证 issued  {}@{} {}\n状态 status  {}，{}\n标识 id      {}",
        plain_line(&wording::text(&certificate.title)),
        plain_line(&certificate.holder),
        plain_line(&certificate.holder_id),
        plain_line(&certificate.department),
        certificate.division,
        time::date_of(certificate.issued),
        wording::licence(certificate.status),
        if certificate.simulated { "模拟时钟所发，不是证照 simulated: not a document" } else { "" },
        certificate.id,
    );
    let mut table = Table::new(&["所含许可 permit", "部门 department", "状态 status", "有效期至 until"]);
    for permit in &certificate.permits {
        let status = wording::licence(permit.status);
        table.row([&cut(&wording::text(&permit.title), 52), &permit.department, status, &until(permit.valid_until)]);
    }
    (head, table)
}

/// The QR code of an address in half blocks. In a terminal it is printed black on white; elsewhere dark modules are
/// the gaps, because most terminals are dark.
pub fn code(address: &str, terminal: bool) -> Result<String> {
    let code =
        QrCode::with_error_correction_level(address, EcLevel::M).or_fail(Kind::Failed, "no QR code can be made")?;
    let (dark, light) = if terminal { (Dense1x2::Dark, Dense1x2::Light) } else { (Dense1x2::Light, Dense1x2::Dark) };
    let blocks = code.render::<Dense1x2>().dark_color(dark).light_color(light).quiet_zone(true).build();
    if !terminal {
        return Ok(blocks);
    }
    let lines: Vec<String> = blocks.lines().map(|line| format!("{}{line}{}", PAPER.0, PAPER.1)).collect();
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a camera sees of half blocks, where a block is `dark`.
    fn scan(blocks: &str, block_is_dark: bool) -> String {
        let rows: Vec<Vec<(bool, bool)>> = blocks
            .lines()
            .map(|line| line.chars().map(|c| (matches!(c, '█' | '▀'), matches!(c, '█' | '▄'))).collect())
            .collect();
        const SCALE: usize = 4;
        let (width, height) = (rows[0].len() * SCALE, rows.len() * 2 * SCALE);
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            let (top, bottom) = rows[y / SCALE / 2][x / SCALE];
            let block = if (y / SCALE).is_multiple_of(2) { top } else { bottom };
            if block == block_is_dark { 0 } else { 255 }
        });
        image.detect_grids()[0].decode().unwrap().1
    }

    #[test]
    fn the_code_in_the_terminal_is_what_a_camera_reads() {
        let address = "http://127.0.0.1:43121/certificates/7K3M9QX2TRABCDEF7K3M9QX2TR";
        let printed = code(address, true).unwrap().replace(PAPER.0, "").replace(PAPER.1, "");
        assert_eq!(scan(&printed, true), address);
        assert_eq!(scan(&code(address, false).unwrap(), false), address);
        assert!(printed.lines().all(|line| line.chars().count() < super::super::screen::COLUMNS));
    }
}
