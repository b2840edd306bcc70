//! Made-up teachers. Nobody's name, nobody's number.

use serde_json::{Value, json};
use uuid::Uuid;

const FAMILY: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "梁", "欧阳", "司马", "上官",
];
const GIVEN: [&str; 20] = [
    "伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明",
    "超", "秀兰", "霞",
];
const OTHERS: [&str; 8] = [
    "Ludwig Müller",
    "Zoë O'Connor",
    "Adil·Tursun",
    "Nguyễn Thị Hoa",
    "佐藤 花子",
    "김민수",
    "Anna-Maria Öberg",
    "Дмитрий Иванов",
];

/// A teacher and the sign-up that the phone makes of them.
#[derive(Debug, Clone)]
pub(crate) struct Teacher {
    pub(crate) id: Uuid,
    name: String,
    phone: String,
}

impl Teacher {
    /// Returns the body of `POST /v1/signups`.
    pub(crate) fn body(&self, invite_code: &str) -> Value {
        let Self { id, name, phone } = self;
        json!({ "id": id.hyphenated().to_string(), "invite_code": invite_code, "name": name, "phone": phone })
    }
}

/// Makes up teachers with distinct ids and distinct numbers; other ones at each call.
pub(crate) fn crowd(size: u32) -> Vec<Teacher> {
    // The database may hold numbers of earlier crowds: start anywhere among the 10^9 of a prefix, and count
    // up.
    let start = u32::try_from(Uuid::new_v4().as_u128() % 1_000_000_000).unwrap_or_default();
    (0..size).map(|index| teacher(index, start)).collect()
}

fn teacher(index: u32, start: u32) -> Teacher {
    let pick = index as usize;
    let name = match pick % 10 {
        9 => OTHERS[pick / 10 % OTHERS.len()].to_owned(),
        _ => format!("{}{}", FAMILY[pick % FAMILY.len()], GIVEN[pick / FAMILY.len() % GIVEN.len()]),
    };
    let phone = format!("1{}{:09}", 3 + index % 7, (u64::from(start) + u64::from(index)) % 1_000_000_000);
    Teacher { id: Uuid::new_v4(), name, phone }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn nobody_shares_a_number_or_an_id() {
        let crowd = crowd(20_000);
        assert_eq!(crowd.iter().map(|teacher| &teacher.phone).collect::<HashSet<_>>().len(), crowd.len());
        assert_eq!(crowd.iter().map(|teacher| teacher.id).collect::<HashSet<_>>().len(), crowd.len());
        assert!(crowd.iter().all(|teacher| teacher.phone.len() == 11));
    }
}
