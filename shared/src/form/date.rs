//! A date as a poster shows it, by the venue's clock.

use time::{OffsetDateTime, UtcOffset};

use crate::Timestamp;
use crate::language::Language;

/// `1月1日 周四 8:00` or `Thu 1 Jan 1970, 8:00`; empty where the time lies outside the calendar.
pub(super) fn date_line(at: Timestamp, utc_offset_minutes: i16, language: Language) -> String {
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
            format!("{year}年{month}月{day}日 周{} {hour}:{minute:02}", day_name(&DAYS, local))
        }
        Language::En => {
            const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
            const MONTHS: [&str; 12] =
                ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            let month = MONTHS.get(usize::from(month) - 1).copied().unwrap_or_default();
            format!("{} {day} {month} {year}, {hour}:{minute:02}", day_name(&DAYS, local))
        }
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
            "2026年11月28日 周六 9:00",
            "Sat 28 Nov 2026, 9:00",
        );
        check(Timestamp::from_millis(0), -300, "1969年12月31日 周三 19:00", "Wed 31 Dec 1969, 19:00");
        check(Timestamp::from_millis(i64::MAX), 0, "", "");
    }
}
