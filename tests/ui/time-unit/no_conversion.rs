use mmrec::{
    DateTime64, TimeDelta64,
    units::{Day, Generic, Month},
};

const MONTH_IN_DAYS: Option<TimeDelta64<Day>> = TimeDelta64::<Month>::from_steps(1).checked_cast();
const UNIT_TO_NONE: Option<TimeDelta64<Generic>> = TimeDelta64::<Day>::from_steps(1).checked_cast();
const NUMBER_TO_MONTH: Option<DateTime64<Month>> = DateTime64::<Generic>::from_steps(1).checked_cast();
const NUMBER_AS_DATE: Option<(i64, u8, u8)> = DateTime64::<Generic>::from_steps(1).ymd();

fn main() {
    let _ = (MONTH_IN_DAYS, UNIT_TO_NONE, NUMBER_TO_MONTH, NUMBER_AS_DATE);
}
