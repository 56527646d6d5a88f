#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Writes script_names.inc, script_table.inc and script_split_table.inc: scripts of Unicode as Hugging Face's tokenizers 0.23 knows them.

    python3 make_script_tables.py FOLDER

Both are asked of the library itself: \\p{Han} and the like of its regular expressions (Unicode 16), and where its component UnicodeScripts
cuts (an older version of Unicode, with Hiragana and Katakana as Han).
"""
import pathlib
import sys

from tokenizers import Regex, pre_tokenizers

# PropertyValueAliases.txt of Unicode 16, property sc: the short and the long name of every script that has a character.
SCRIPTS = """Adlm Adlam, Aghb Caucasian_Albanian, Ahom Ahom, Arab Arabic, Armi Imperial_Aramaic, Armn Armenian, Avst Avestan, Bali Balinese,
Bamu Bamum, Bass Bassa_Vah, Batk Batak, Beng Bengali, Bhks Bhaiksuki, Bopo Bopomofo, Brah Brahmi, Brai Braille, Bugi Buginese, Buhd Buhid,
Cakm Chakma, Cans Canadian_Aboriginal, Cari Carian, Cham Cham, Cher Cherokee, Chrs Chorasmian, Copt Coptic, Cpmn Cypro_Minoan, Cprt Cypriot,
Cyrl Cyrillic, Deva Devanagari, Diak Dives_Akuru, Dogr Dogra, Dsrt Deseret, Dupl Duployan, Egyp Egyptian_Hieroglyphs, Elba Elbasan,
Elym Elymaic, Ethi Ethiopic, Gara Garay, Geor Georgian, Glag Glagolitic, Gong Gunjala_Gondi, Gonm Masaram_Gondi, Goth Gothic, Gran Grantha,
Grek Greek, Gujr Gujarati, Gukh Gurung_Khema, Guru Gurmukhi, Hang Hangul, Hani Han, Hano Hanunoo, Hatr Hatran, Hebr Hebrew, Hira Hiragana,
Hluw Anatolian_Hieroglyphs, Hmng Pahawh_Hmong, Hmnp Nyiakeng_Puachue_Hmong, Hung Old_Hungarian, Ital Old_Italic, Java Javanese,
Kali Kayah_Li, Kana Katakana, Kawi Kawi, Khar Kharoshthi, Khmr Khmer, Khoj Khojki, Kits Khitan_Small_Script, Knda Kannada, Krai Kirat_Rai,
Kthi Kaithi, Lana Tai_Tham, Laoo Lao, Latn Latin, Lepc Lepcha, Limb Limbu, Lina Linear_A, Linb Linear_B, Lisu Lisu, Lyci Lycian, Lydi Lydian,
Mahj Mahajani, Maka Makasar, Mand Mandaic, Mani Manichaean, Marc Marchen, Medf Medefaidrin, Mend Mende_Kikakui, Merc Meroitic_Cursive,
Mero Meroitic_Hieroglyphs, Mlym Malayalam, Modi Modi, Mong Mongolian, Mroo Mro, Mtei Meetei_Mayek, Mult Multani, Mymr Myanmar,
Nagm Nag_Mundari, Nand Nandinagari, Narb Old_North_Arabian, Nbat Nabataean, Newa Newa, Nkoo Nko, Nshu Nushu, Ogam Ogham, Olck Ol_Chiki,
Onao Ol_Onal, Orkh Old_Turkic, Orya Oriya, Osge Osage, Osma Osmanya, Ougr Old_Uyghur, Palm Palmyrene, Pauc Pau_Cin_Hau, Perm Old_Permic,
Phag Phags_Pa, Phli Inscriptional_Pahlavi, Phlp Psalter_Pahlavi, Phnx Phoenician, Plrd Miao, Prti Inscriptional_Parthian, Rjng Rejang,
Rohg Hanifi_Rohingya, Runr Runic, Samr Samaritan, Sarb Old_South_Arabian, Saur Saurashtra, Sgnw SignWriting, Shaw Shavian, Shrd Sharada,
Sidd Siddham, Sind Khudawadi, Sinh Sinhala, Sogd Sogdian, Sogo Old_Sogdian, Sora Sora_Sompeng, Soyo Soyombo, Sund Sundanese, Sunu Sunuwar,
Sylo Syloti_Nagri, Syrc Syriac, Tagb Tagbanwa, Takr Takri, Tale Tai_Le, Talu New_Tai_Lue, Taml Tamil, Tang Tangut, Tavt Tai_Viet,
Telu Telugu, Tfng Tifinagh, Tglg Tagalog, Thaa Thaana, Thai Thai, Tibt Tibetan, Tirh Tirhuta, Tnsa Tangsa, Todr Todhri, Toto Toto,
Tutg Tulu_Tigalari, Ugar Ugaritic, Vaii Vai, Vith Vithkuqi, Wara Warang_Citi, Wcho Wancho, Xpeo Old_Persian, Xsux Cuneiform, Yezi Yezidi,
Yiii Yi, Zanb Zanabazar_Square, Zinh Inherited, Zyyy Common, Zzzz Unknown"""

POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
TEXT = "".join(map(chr, POINTS))


def matches(pattern):
    """The code points that a class matches: what is left of all of them when the others are removed."""
    pieces = pre_tokenizers.Split(Regex(f"[^{pattern}]+"), "removed").pre_tokenize_str(TEXT)
    return {ord(c) for piece, _ in pieces for c in piece}


def scripts():
    """The script of every code point, by its number in SCRIPTS, bit by bit: eight classes of those that have the bit and eight of the others."""
    names = [entry.split() for entry in SCRIPTS.replace("\n", " ").split(",")]
    found = dict.fromkeys(POINTS, 0)
    for bit in range(8):
        # The short names in one class, the long ones in the other: both are known, and mean the same, if the two are each other's complement.
        with_bit, without = ("".join(rf"\p{{{name[column]}}}" for number, name in enumerate(names) if number >> bit & 1 == wanted)
                             for column, wanted in ((0, 1), (1, 0)))
        inside, outside = matches(with_bit), matches(without)
        if inside & outside or len(inside) + len(outside) != len(POINTS):
            sys.exit(f"bit {bit}: {len(inside & outside)} code points of two scripts, {len(POINTS) - len(inside | outside)} of none")
        for code in inside:
            found[code] |= 1 << bit
    return names, found


cut = pre_tokenizers.UnicodeScripts()


def apart(a, b):
    return len(cut.pre_tokenize_str(chr(a) + chr(b))) == 2


def cut_behind(letter):
    """Code points that are cut off behind a letter; in blocks, since a list of all pieces is large."""
    found = set()
    for begin in range(0, len(POINTS), 1 << 16):
        block = POINTS[begin:begin + (1 << 16)]
        text = "".join(letter + chr(code) for code in block)
        starts = {start for _, (start, _) in cut.pre_tokenize_str(text)}
        found.update(code for i, code in enumerate(block) if 2 * i + 1 in starts)
    return found


def split_classes():
    """Classes of UnicodeScripts: 0 joins everything (its "Any"), any two others are cut apart."""
    behind_latin, behind_greek = cut_behind("a"), cut_behind("\u03b1")
    representatives = []
    found = {}
    before = None
    for code in POINTS:
        if code not in behind_latin and code not in behind_greek:
            found[code] = 0
            continue
        if before is not None and not apart(before, code):
            found[code] = found[before]
        else:
            same = next((i for i, other in enumerate(representatives) if not apart(other, code)), len(representatives))
            if same == len(representatives):
                representatives.append(code)
            found[code] = same + 1
        before = code
    return found


def runs(values):
    found = []
    for code in POINTS:
        if not found or found[-1][1] != values[code]:
            found.append((code, values[code]))
    return [f"0x{code * 256 + value:x}" for code, value in found]


def write(path, comment, entries):
    lines = ["// SPDX-FileCopyrightText: 2026 The Tsugi authors", "// SPDX-License-Identifier: Apache-2.0", "//",
             f"// Generated by make_script_tables.py. {comment}"]
    line = ""
    for entry in entries:
        if len(line) + len(entry) + 2 > 110:
            lines.append(line.rstrip())
            line = ""
        line += entry + ", "
    path.write_text("\n".join([*lines, line.rstrip()]) + "\n", encoding="utf-8")


def main():
    folder = pathlib.Path(sys.argv[1])
    names, found = scripts()
    if len(names) > 256:
        sys.exit("more scripts than a byte counts")
    write(folder / "script_names.inc", "Short and long name of each script, in the order of the numbers.",
          [f'{{"{short}", "{name}"}}' for short, name in names])
    write(folder / "script_table.inc", "Each number is first code point * 256 + script of a run\n// that lasts until the next.", runs(found))
    write(folder / "script_split_table.inc", "Each number is first code point * 256 + class of a run that\n"
          "// lasts until the next: 0 joins all, the others are cut apart.", runs(split_classes()))


if __name__ == "__main__":
    main()
