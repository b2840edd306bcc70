//! Chinese characters that have a second code: radicals, which PDFs contain, and codes that old systems used
//! before Unicode had the character.

/// The unified ideographs of the block *CJK Radicals Supplement*, U+2E80 to U+2EF3, in order. Source:
/// Unicode's EquivalentUnifiedIdeograph.txt (17.0). U+2E80 and U+2E9A have none; the table has them
/// themselves.
const SUPPLEMENT: &str = "⺀厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵⺚旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓\
    罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨\
    鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟";

/// The unified ideographs of the block *Kangxi Radicals*, U+2F00 to U+2FD5, in order. Source: Unicode's
/// compatibility decompositions, with which EquivalentUnifiedIdeograph.txt agrees. A test compares them with
/// `icu_normalizer`.
const KANGXI: &str = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾\
    干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生\
    用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷\
    豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻\
    黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";

/// The 80 characters that GBK has at FE50 to FEA0, in order. Unicode did not have them in 1995, and systems
/// used U+E815 to U+E864 of the private-use area for them; 䶮 is one that people are called. Source: GB
/// 18030-2005, and its edition of 2022, which moved 18 more out of private use (龴 龵 龶 龷 龸 龹 龺 龻; the others
/// are vertical punctuation). A test compares the table with `encoding_rs`.
const GBK_EXTRA: &str = "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌龹䜣䜩䝼\
    䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻";

/// Finds the character that a second code means; `None` for all other characters.
pub(crate) fn unified(c: char) -> Option<char> {
    let nth = |table: &str, first: u32| table.chars().nth((c as u32 - first) as usize);
    match c {
        '\u{2E80}'..='\u{2EF3}' => nth(SUPPLEMENT, 0x2E80).filter(|unified| *unified != c),
        '\u{2F00}'..='\u{2FD5}' => nth(KANGXI, 0x2F00),
        // Some of these are in the supplement.
        '\u{E815}'..='\u{E864}' => nth(GBK_EXTRA, 0xE815).map(|moved| unified(moved).unwrap_or(moved)),
        // Circles that are typed for it, as few keyboards have it.
        '○' | '◯' => Some('〇'),
        _ => None,
    }
}

/// Whether it is written as one Chinese character: any unified ideograph, also those that a newer Unicode
/// will add to planes 2 and 3, and the signs that replace one (〇 々).
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(c, '々' | '〇' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
        || matches!(c, '\u{20000}'..='\u{2FFFD}' | '\u{30000}'..='\u{3FFFD}')
}

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;
    use icu_normalizer::ComposingNormalizerBorrowed;

    use super::*;

    fn at(code: u32) -> char {
        char::from_u32(code).unwrap()
    }

    #[test]
    fn radicals_are_the_characters_that_unicode_says() {
        let nfkc = ComposingNormalizerBorrowed::new_nfkc();
        for code in 0x2F00..=0x2FD5 {
            let c = at(code);
            assert_eq!(unified(c).unwrap().to_string(), nfkc.normalize(&c.to_string()), "{code:X}");
        }
        assert_eq!((SUPPLEMENT.chars().count(), KANGXI.chars().count()), (0x74, 0xD6));
        for code in 0x2E80..=0x2EF3 {
            let unified = unified(at(code));
            assert_eq!(unified.is_none(), matches!(code, 0x2E80 | 0x2E9A), "{code:X}");
            assert!(unified.is_none_or(is_ideograph), "{code:X}");
        }
        // A table that lacks one character would fail here.
        for (radical, character) in
            [('⺁', '厂'), ('⺟', '母'), ('⺠', '民'), ('⻋', '车'), ('⻢', '马'), ('⻰', '龙'), ('⻳', '龟')]
        {
            assert_eq!(unified(radical), Some(character));
        }
    }

    #[test]
    fn old_private_use_is_what_gb_18030_says() {
        let second = (0x50..=0x7E_u8).chain(0x80..=0xA0);
        for (code, second) in (0xE815..=0xE864).zip(second) {
            let bytes = [0xFE, second];
            let (now, _, _) = GB18030.decode(&bytes);
            let now = now.chars().next().unwrap();
            let got = unified(at(code)).unwrap();
            // Six are in plane 2 (𠂇 𠂉 𠃌 𡗗 𢦏 𤇾); the Encoding Standard still has them in private use.
            match code {
                0xE816 | 0xE817 | 0xE818 | 0xE831 | 0xE83B | 0xE855 => {
                    assert!(is_ideograph(got) && now as u32 == code)
                }
                _ => assert_eq!(got, unified(now).unwrap_or(now), "{code:X}"),
            }
        }
        assert_eq!(unified('\u{E863}'), Some('䶮'));
    }
}
