//! Days, weeks, months and years of a date in seconds since 1970, UTC.

use std::fmt;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// From Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

/// A week, a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    year: i64,
    /// 0 for a year.
    month: u8,
    /// The Monday it begins with; 0 for a month or a year.
    day: u8,
}

/// The day a date lies in, counted from 1970.
pub(super) fn day(date: i64) -> i64 {
    date.div_euclid(DAY)
}

impl Step {
    /// Weeks while they fit a screen, else months, else years.
    pub fn for_span(first: i64, last: i64) -> Step {
        const LINES: i64 = 30;
        match day(last) - day(first) {
            days if days <= 7 * LINES => Step::Week,
            days if days <= 31 * LINES => Step::Month,
            _ => Step::Year,
        }
    }
}

impl Period {
    /// The period a date lies in.
    pub fn of(date: i64, step: Step) -> Period {
        let days = day(date);
        match step {
            // 1970 began on a Thursday.
            Step::Week => Period::begin(days - (days + 3).rem_euclid(7)),
            Step::Month => Period {
                day: 0,
                ..Period::begin(days)
            },
            Step::Year => Period {
                month: 0,
                day: 0,
                ..Period::begin(days)
            },
        }
    }

    /// The Gregorian date of a day. Howard Hinnant, "chrono-compatible low-level date
    /// algorithms" (2014), `civil_from_days`.
    fn begin(days: i64) -> Period {
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = (month_from_march + 2) % 12 + 1;
        Period {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: month as u8,
            day: (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u8,
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        for part in [self.month, self.day].iter().filter(|part| **part > 0) {
            write!(f, "-{part:02}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_by_the_calendar() {
        let at = |date: i64, step| Period::of(date, step).to_string();
        // 29 February 2024, a Thursday, at 23:59:59; and one second later.
        assert_eq!(at(1_709_251_199, Step::Week), "2024-02-26");
        assert_eq!(at(1_709_251_199, Step::Month), "2024-02");
        assert_eq!(at(1_709_251_200, Step::Month), "2024-03");
        // Sunday the 3rd and Monday the 4th of March.
        assert_eq!(at(1_709_424_000, Step::Week), "2024-02-26");
        assert_eq!(at(1_709_510_400, Step::Week), "2024-03-04");
        assert_eq!(at(0, Step::Week), "1969-12-29");
        assert_eq!(at(-1, Step::Month), "1969-12");
        assert_eq!(at(951_782_400, Step::Month), "2000-02");
        assert_eq!(at(1_704_067_199, Step::Year), "2023");
    }

    #[test]
    fn long_spans_are_shown_in_longer_steps() {
        assert_eq!(Step::for_span(0, 30 * 7 * DAY), Step::Week);
        assert_eq!(Step::for_span(0, 31 * 7 * DAY), Step::Month);
        assert_eq!(Step::for_span(0, 1000 * DAY), Step::Year);
    }
}
