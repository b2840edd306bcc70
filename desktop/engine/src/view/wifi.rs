//! The Wi-Fi that phones join before they open the venue page, and the code that lets a camera join it.

use serde::{Deserialize, Serialize};

/// Most bytes of a network's name (IEEE 802.11).
const MAX_NAME_BYTES: usize = 32;
/// A password of WPA: 8 to 63 printable ASCII signs; 64 hexadecimal digits are the key itself.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=63;

/// A Wi-Fi network as the host gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Wifi {
    /// What phones show in their list.
    pub name: String,
    /// Empty where the network is open.
    #[serde(default)]
    pub password: String,
    /// How it is protected.
    pub security: WifiSecurity,
    /// Whether phones do not show it in their list.
    #[serde(default)]
    pub hidden: bool,
}

/// How a network is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum WifiSecurity {
    /// By a password: WPA, WPA2 and WPA3.
    Wpa,
    /// By an old kind of password that newer phones refuse.
    Wep,
    /// By nothing.
    Open,
}

/// Why a network is none. The text is for logs; the code names the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WifiError {
    /// Its name is empty or too long.
    #[error("a network's name has 1 to {MAX_NAME_BYTES} bytes")]
    Name,
    /// No phone would take the password.
    #[error("a password has {} to {} signs of ASCII", PASSWORD_CHARS.start(), PASSWORD_CHARS.end())]
    Password,
}

impl WifiError {
    /// Returns the field that has to be corrected.
    pub fn field(self) -> &'static str {
        match self {
            Self::Name => "wifi_name",
            Self::Password => "wifi_password",
        }
    }
}

impl Wifi {
    /// Checks whether a phone could join it.
    ///
    /// # Errors
    /// [`WifiError`] for the first field that is wrong.
    pub fn check(&self) -> Result<(), WifiError> {
        if self.name.is_empty() || self.name.len() > MAX_NAME_BYTES || self.name.contains(char::is_control) {
            return Err(WifiError::Name);
        }
        let printable = self.password.bytes().all(|b| (0x20..0x7f).contains(&b));
        let key = self.password.len() == 64 && self.password.bytes().all(|b| b.is_ascii_hexdigit());
        let fits = match self.security {
            WifiSecurity::Wpa => key || (printable && PASSWORD_CHARS.contains(&self.password.len())),
            WifiSecurity::Wep => printable && matches!(self.password.len(), 5 | 10 | 13 | 26),
            WifiSecurity::Open => true,
        };
        if fits { Ok(()) } else { Err(WifiError::Password) }
    }

    /// Returns the text of the QR code that a phone's own camera joins the network by, as ZXing wrote it down
    /// and every phone reads it
    /// (<https://github.com/zxing/zxing/wiki/Barcode-Contents#wi-fi-network-config-android-ios-11>).
    pub fn code(&self) -> String {
        let security = match self.security {
            WifiSecurity::Wpa => "WPA",
            WifiSecurity::Wep => "WEP",
            WifiSecurity::Open => "nopass",
        };
        let mut code = format!("WIFI:T:{security};S:{};", escaped(&self.name));
        if self.security != WifiSecurity::Open {
            code.push_str(&format!("P:{};", escaped(&self.password)));
        }
        if self.hidden {
            code.push_str("H:true;");
        }
        code.push(';');
        code
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        if matches!(sign, '\\' | ';' | ',' | ':' | '"') {
            escaped.push('\\');
        }
        escaped.push(sign);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wifi(name: &str, password: &str, security: WifiSecurity) -> Wifi {
        Wifi { name: name.to_owned(), password: password.to_owned(), security, hidden: false }
    }

    #[test]
    fn a_camera_reads_the_code_back() {
        let check = |wifi: Wifi, expected: &str| assert_eq!(wifi.code(), expected);
        check(wifi("教师之家", "12345678", WifiSecurity::Wpa), "WIFI:T:WPA;S:教师之家;P:12345678;;");
        check(
            wifi(r#"a;b,c:d"e\f"#, r"p;:\w", WifiSecurity::Wpa),
            r#"WIFI:T:WPA;S:a\;b\,c\:d\"e\\f;P:p\;\:\\w;;"#,
        );
        check(wifi("Hall", "left over", WifiSecurity::Open), "WIFI:T:nopass;S:Hall;;");
        check(
            Wifi { hidden: true, ..wifi("Hall", "12345678", WifiSecurity::Wpa) },
            "WIFI:T:WPA;S:Hall;P:12345678;H:true;;",
        );
        check(wifi("Old", "abcde", WifiSecurity::Wep), "WIFI:T:WEP;S:Old;P:abcde;;");
    }

    #[test]
    fn what_no_phone_would_take_is_refused() {
        use WifiSecurity::{Open, Wep, Wpa};
        let check = |name: &str, password: &str, security, expected| {
            assert_eq!(wifi(name, password, security).check(), expected, "{name} {password}");
        };
        check("Hall", "12345678", Wpa, Ok(()));
        check("Hall", &"0a".repeat(32), Wpa, Ok(()));
        check("Hall", "", Open, Ok(()));
        check("Hall", "abcde", Wep, Ok(()));
        check("", "12345678", Wpa, Err(WifiError::Name));
        check(&"教".repeat(11), "12345678", Wpa, Err(WifiError::Name));
        check("a\nb", "12345678", Wpa, Err(WifiError::Name));
        check("Hall", "1234567", Wpa, Err(WifiError::Password));
        check("Hall", "密码密码密码", Wpa, Err(WifiError::Password));
        check("Hall", &"z".repeat(64), Wpa, Err(WifiError::Password));
        check("Hall", "abcdef", Wep, Err(WifiError::Password));
    }
}
