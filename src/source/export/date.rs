//! The dates of LinkedIn's tables.

/// Seconds since 1970 of `2026-01-29 14:37:05 UTC` or of `1/29/26, 2:37 PM` (month first, taken
/// for UTC: the table names no zone); none if it is neither.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, time) = text.split_once([' ', ','])?;
    let time = time.trim_start_matches([' ', ',']);
    let (year, month, day) = match date.contains('/') {
        true => us_date(date)?,
        false => iso_date(date)?,
    };
    let day_in_range = (1..=12).contains(&month) && (1..=31).contains(&day);
    day_in_range.then_some(())?;
    Some(days(year, month, day) * 86_400 + seconds_of_day(time)?)
}

fn iso_date(text: &str) -> Option<(i64, i64, i64)> {
    let [year, month, day] = numbers(text, '-')?;
    Some((year, month, day))
}

fn us_date(text: &str) -> Option<(i64, i64, i64)> {
    let [month, day, year] = numbers(text, '/')?;
    // LinkedIn is of 2003: two digits are of this century.
    Some((if year < 100 { 2000 + year } else { year }, month, day))
}

fn numbers(text: &str, between: char) -> Option<[i64; 3]> {
    let mut parts = text.split(between).map(number);
    let found = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(found)
}

/// A whole number of at most four digits.
fn number(text: &str) -> Option<i64> {
    let is_short = matches!(text.len(), 1..=4) && text.bytes().all(|b| b.is_ascii_digit());
    is_short.then(|| text.parse().ok()).flatten()
}

fn seconds_of_day(text: &str) -> Option<i64> {
    // Newer exports put a narrow no-break space before AM and PM.
    let mut words = text.split(|c: char| c.is_whitespace() || c == '\u{202f}');
    let mut clock = words.next()?.split(':').map(number);
    let (mut hour, minute) = (clock.next()??, clock.next()??);
    let second = clock.next().unwrap_or(Some(0))?;
    match words.next().map(str::to_ascii_uppercase).as_deref() {
        Some("AM") if hour == 12 => hour = 0,
        Some("PM") if hour < 12 => hour += 12,
        Some("AM" | "PM" | "UTC") | None => {}
        Some(_) => return None,
    }
    let in_range = hour < 24 && minute < 60 && second < 61;
    in_range.then_some(hour * 3600 + minute * 60 + second)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar: `days_from_civil` of Howard Hinnant's
/// "chrono-Compatible Low-Level Date Algorithms".
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_and_neither() {
        assert_eq!(seconds("1970-01-01 00:00:00 UTC"), Some(0));
        assert_eq!(seconds("2026-01-29 14:37:00 UTC"), Some(1_769_697_420));
        assert_eq!(seconds("1/29/26, 2:37 PM"), Some(1_769_697_420));
        assert_eq!(seconds("1/29/26, 2:37\u{202f}PM"), Some(1_769_697_420));
        assert_eq!(seconds("2/29/24, 12:05 AM"), Some(1_709_165_100));
        for bad in [
            "",
            "yesterday",
            "29/1/26, 2:37 PM",
            "1/29/26",
            "2026-01-29 25:00:00 UTC",
            "1/29/26, 2:37 XM",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
