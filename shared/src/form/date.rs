//! A date as a poster shows it, by the venue's clock, and whose clock that is: people come from elsewhere.

use time::{OffsetDateTime, UtcOffset};

use crate::Timestamp;
use crate::language::Language;

/// `1970年1月1日 周四 8:00（北京时间）` or `Thu 1 Jan 1970, 8:00 (UTC+8)`; empty where the time lies outside the
/// calendar.
pub fn date_line(at: Timestamp, utc_offset_minutes: i16, language: Language) -> String {
    let offset = UtcOffset::from_whole_seconds(i32::from(utc_offset_minutes) * 60).unwrap_or(UtcOffset::UTC);
    let Some(local) = OffsetDateTime::from_unix_timestamp(at.as_seconds())
        .ok()
        .and_then(|utc| utc.checked_to_offset(offset))
    else {
        return String::new();
    };
    let (year, month, day) = (local.year(), u8::from(local.month()), local.day());
    let (hour, minute) = (local.hour(), local.minute());
    match language {
        Language::Zh => {
            const DAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
            let (weekday, zone) = (day_name(&DAYS, local), zone(utc_offset_minutes, language));
            format!("{year}年{month}月{day}日 周{weekday} {hour}:{minute:02}（{zone}）")
        }
        Language::En => {
            const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
            const MONTHS: [&str; 12] =
                ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            let month = MONTHS.get(usize::from(month) - 1).copied().unwrap_or_default();
            let (weekday, zone) = (day_name(&DAYS, local), zone(utc_offset_minutes, language));
            format!("{weekday} {day} {month} {year}, {hour}:{minute:02} ({zone})")
        }
    }
}

/// Minutes that China's clocks are ahead of UTC.
const BEIJING: i16 = 480;

/// Names the clock that shows a time: `北京时间`, `UTC+9`, `UTC−3:30`.
///
/// ```
/// use rollcall_shared::form::zone;
/// use rollcall_shared::language::Language;
/// assert_eq!(zone(480, Language::Zh), "北京时间");
/// assert_eq!(zone(-210, Language::En), "UTC−3:30");
/// ```
pub fn zone(utc_offset_minutes: i16, language: Language) -> String {
    if utc_offset_minutes == BEIJING && language == Language::Zh {
        return "北京时间".to_owned();
    }
    let sign = if utc_offset_minutes < 0 { '−' } else { '+' };
    let minutes = utc_offset_minutes.unsigned_abs();
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

fn day_name<'a>(names: &[&'a str; 7], date: OffsetDateTime) -> &'a str {
    names.get(usize::from(date.weekday().number_days_from_monday())).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_the_venues_clock() {
        let check = |at, offset, zh: &str, en: &str| {
            assert_eq!(date_line(at, offset, Language::Zh), zh);
            assert_eq!(date_line(at, offset, Language::En), en);
        };
        check(
            Timestamp::from_millis(1_795_827_600_000),
            480,
            "2026年11月28日 周六 9:00（北京时间）",
            "Sat 28 Nov 2026, 9:00 (UTC+8)",
        );
        check(
            Timestamp::from_millis(0),
            -210,
            "1969年12月31日 周三 20:30（UTC−3:30）",
            "Wed 31 Dec 1969, 20:30 (UTC−3:30)",
        );
        check(Timestamp::from_millis(i64::MAX), 0, "", "");
    }
}
