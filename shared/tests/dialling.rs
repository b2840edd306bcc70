//! The rules of dialling held against libphonenumber's metadata: what people write at home behind their
//! country's code comes to the number that is dialled from abroad, and no valid number is damaged.

#![allow(clippy::unwrap_used, reason = "a test whose metadata cannot be read should fail there")]

use std::collections::BTreeSet;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region};
use rollcall_shared::phone::{MIN_DIGITS, Phone, PhoneError};

/// Numbers that a person can have.
const PERSONAL: [PhoneNumberType; 5] = [
    PhoneNumberType::Mobile,
    PhoneNumberType::FixedLine,
    PhoneNumberType::FixedLineOrMobile,
    PhoneNumberType::PersonalNumber,
    PhoneNumberType::VoIP,
];

struct Example {
    region: Region,
    kind: PhoneNumberType,
    number: PhoneNumber,
}

impl Example {
    fn written(&self, format: PhoneNumberFormat) -> String {
        PHONE_NUMBER_UTIL.format(&self.number, format).into_owned()
    }

    fn e164(&self) -> String {
        self.written(PhoneNumberFormat::E164)
    }
}

/// One number of each kind and country, but China's, whose rules are stricter than libphonenumber's.
fn examples() -> Vec<Example> {
    let regions = PHONE_NUMBER_UTIL.get_supported_regions().filter(|region| *region != Region::CN);
    let all: Vec<Example> = regions
        .flat_map(|region| PERSONAL.map(|kind| (region, kind)))
        .filter_map(|(region, kind)| {
            let number = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind).ok()?;
            Some(Example { region, kind, number })
        })
        // Shorter ones are not taken: Ascension, Tristan da Cunha, Niue.
        .filter(|example| example.e164().len() > MIN_DIGITS)
        .collect();
    assert!(all.len() > 450, "{}", all.len());
    all
}

#[test]
fn an_example_of_every_country_is_its_own_canonical_form() {
    for example in examples() {
        let e164 = example.e164();
        let phone = Phone::parse(&e164);
        assert_eq!(
            phone.as_ref().map(Phone::as_str),
            Ok(e164.as_str()),
            "{:?} {:?}",
            example.region,
            example.kind
        );
        for spelling in [example.written(PhoneNumberFormat::International), format!("00{}", &e164[1..])] {
            assert_eq!(Phone::parse(&spelling), phone, "{spelling} of {:?}", example.region);
        }
    }
}

/// `+44 020 7946 0123`, `+54 011 15-1234-5678`: what stands on a card at home, behind the country's code.
#[test]
fn what_is_written_at_home_comes_to_the_same_number() {
    for example in examples() {
        let at_home = example.written(PhoneNumberFormat::National);
        let spelling = format!("+{} {at_home}", example.number.country_code);
        assert_eq!(
            Phone::parse(&spelling).map(String::from),
            Ok(example.e164()),
            "{spelling} of {:?}",
            example.region
        );
    }
}

/// `+44 (0)20 7946 0123`: wherever libphonenumber drops a prefix, so do the rules here.
#[test]
fn a_trunk_prefix_behind_the_code_is_dropped() {
    let mut regions = BTreeSet::new();
    for example in examples() {
        let e164 = example.e164();
        let code = example.number.country_code;
        let national = &e164[1 + code.to_string().len()..];
        for prefix in ["0", "1", "8", "06", "80"] {
            let typed = format!("+{code}{prefix}{national}");
            let Ok(number) = PHONE_NUMBER_UTIL.parse(&typed, None) else { continue };
            if PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164) != e164 {
                continue;
            }
            regions.insert(format!("{:?}", example.region));
            for spelling in
                [&typed, &format!("+{code} ({prefix}) {national}"), &format!("00{code} {prefix}-{national}")]
            {
                assert_eq!(
                    Phone::parse(spelling).map(String::from),
                    Ok(e164.clone()),
                    "{spelling} of {:?}",
                    example.region
                );
            }
        }
    }
    assert!(regions.len() > 140, "{}", regions.len());
}

/// Neighbours of the examples: every valid number stays what it is.
#[test]
fn no_valid_number_is_damaged() {
    let mut valid = 0;
    for example in examples() {
        let e164 = example.e164();
        for tail in (0..10_000_u32).step_by(1_733) {
            let other = format!("{}{tail:04}", &e164[..e164.len() - 4]);
            let Ok(number) = PHONE_NUMBER_UTIL.parse(&other, None) else { continue };
            if PHONE_NUMBER_UTIL.is_valid_number(&number) {
                let written = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
                assert_eq!(Phone::parse(&other).map(String::from), Ok(written.into_owned()));
                valid += 1;
            }
        }
    }
    assert!(valid > 2_000, "{valid}");
}

/// A mobile number that lacks its `+` is never taken for one of China's, or for a landline.
#[test]
fn a_mobile_number_without_plus_is_never_another_persons() {
    for example in examples().into_iter().filter(|example| example.kind == PhoneNumberType::Mobile) {
        let e164 = example.e164();
        match Phone::parse(&e164[1..]) {
            Err(PhoneError::PlusMissing { with_plus }) => assert_eq!(with_plus.as_str(), e164),
            Err(_) => {}
            // Eleven digits that are a mainland number as well: nobody but its owner can tell.
            Ok(phone) => {
                assert!(e164.starts_with("+1") && phone.as_str() == format!("+86{}", &e164[1..]), "{e164}")
            }
        }
    }
    for (region, expected) in
        [(Region::HK, true), (Region::MO, true), (Region::TW, true), (Region::SG, true), (Region::GB, true)]
    {
        let number = PHONE_NUMBER_UTIL
            .get_example_number_for_type_and_region(region, PhoneNumberType::Mobile)
            .unwrap();
        let e164 = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
        let is_told = matches!(Phone::parse(&e164[1..]), Err(PhoneError::PlusMissing { .. }));
        assert_eq!(is_told, expected, "{region:?}");
    }
}
