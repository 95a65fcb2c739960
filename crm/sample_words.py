"""The words that sample customers are made of: names, trades, streets and sentences in six ways of speaking.

Companies and people are invented. Telephone numbers come from ranges set aside for fiction where a country has one,
and are otherwise such as no exchange gives out (`#` stands for a digit), so that a sample never rings at a stranger's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple


class Word(NamedTuple):
    """A word as its people write it, and in Latin letters."""

    native: str
    latin: str


class Trade(NamedTuple):
    """A line of business: the key of its industry, and how it is called in a company's name."""

    industry: str
    native: str
    english: str


@dataclass(frozen=True, slots=True)
class Place:
    """A district of a city; `city` is the key of a row of the city dictionary."""

    city: str
    name: Word
    county: str
    postal_code: str
    streets: tuple[str, ...]
    phone: str
    mobile: str


@dataclass(frozen=True, slots=True)
class Speech:
    """How companies and people of one region are named, and what is said about them. Formats have named places."""

    language: str
    brands: tuple[Word, ...]
    trades: tuple[Trade, ...]
    forms: Mapping[str, Word]
    firm: str
    branch: str
    english_firm: str
    surnames: tuple[Word, ...]
    men: tuple[Word, ...]
    women: tuple[Word, ...]
    person: str
    titles: tuple[str, ...]
    roles: tuple[str, ...]
    attitudes: tuple[str, ...]
    attentions: tuple[str, ...]
    remarks: tuple[str, ...]
    street: str
    floor: str
    introductions: tuple[str, ...]
    bank: str


def words(text: str) -> tuple[Word, ...]:
    """Words from `native:Latin native:Latin`; one part serves as both, and an underscore stands for a space."""
    pairs = (part.replace("_", " ").split(":") for part in text.split())
    return tuple(Word(pair[0], pair[-1]) for pair in pairs)


def trades(text: str) -> tuple[Trade, ...]:
    """Trades from `industry: native: English; …`; without the third part the second serves as both."""
    rows = ([part.strip() for part in one.split(":")] for one in text.split(";"))
    return tuple(Trade(row[0], row[1], row[-1]) for row in rows)


def places(text: str) -> tuple[Place, ...]:
    """Places from lines `city | name | county | postal code | streets | phone | mobile`."""
    rows = ([part.strip() for part in line.split("|")] for line in text.strip().splitlines())
    return tuple(
        Place(city, words(name)[0], county, code, tuple(streets.split(", ")), phone, mobile)
        for city, name, county, code, streets, phone, mobile in rows
    )


CHINESE = Speech(
    language="zh",
    brands=words("""
        澜屿:Lanyu 霁川:Jichuan 砚北:Yanbei 禾砾:Heli 栖梧:Qiwu 朔望:Shuowang 梭云:Suoyun 泊蓝:Bolan 沐桥:Muqiao 岚拓:Lantuo
        星垣:Xingyuan 墨舟:Mozhou 川柏:Chuanbai 青砥:Qingdi 远岫:Yuanxiu 鲸屿:Jingyu 桐序:Tongxu 景澄:Jingcheng 恒砺:Hengli
        弘栎:Hongli 瀚棠:Hantang 睿衡:Ruiheng 启桓:Qihuan 卓棣:Zhuodi 宏樾:Hongyue 嘉柘:Jiazhe 万屹:Wanyi 泰砚:Taiyan 凌樨:Lingxi
        旭沅:Xuyuan 天栩:Tianxu 铭岱:Mingdai 汇澄:Huicheng 诺桐:Nuotong 博栈:Bozhan 安砾:Anli 晟岚:Shenglan 丰屿:Fengyu 绿樟:Lüzhang"""),
    trades=trades("""
        it: 信息技术: Infotech; it_software: 软件: Software; it_internet: 网络科技: Networks; it_telecom: 通信技术: Telecom;
        manufacturing: 实业: Industries; manufacturing_machinery: 机械制造: Machinery; manufacturing_electronics: 电子: Electronics;
        manufacturing_automotive: 汽车零部件: Auto Parts; manufacturing_food: 食品: Foods; manufacturing_textiles: 纺织: Textiles;
        manufacturing_chemicals: 化工: Chemicals; manufacturing_pharma: 医药: Pharma; manufacturing_steel: 钢铁: Steel;
        energy_renewables: 新能源: New Energy; construction_building: 建筑工程: Construction;
        construction_decoration: 装饰: Interiors; trade_wholesale: 贸易: Trading; trade_ecommerce: 电子商务: E-Commerce;
        trade_import_export: 进出口: Import & Export; transport_road: 物流: Logistics; transport_warehousing: 仓储: Warehousing;
        hospitality_hotels: 酒店管理: Hotels; services_consulting: 管理咨询: Consulting; services_advertising: 文化传媒: Media;
        public_education: 教育科技: Education; agriculture_crops: 农业: Agriculture"""),
    forms={
        "limited": Word("有限公司", "Co., Ltd."),
        "private": Word("有限责任公司", "Co., Ltd."),
        "joint_stock": Word("股份有限公司", "Corp."),
        "state_owned": Word("集团有限公司", "Group"),
        "foreign": Word("（中国）有限公司", "China Ltd."),
    },
    firm="{city}{brand}{trade}{form}",
    branch="{city}{brand}{trade}{form}",
    english_firm="{city} {brand} {trade} {form}",
    surnames=words("""
        王:Wang 李:Li 张:Zhang 刘:Liu 陈:Chen 杨:Yang 赵:Zhao 黄:Huang 周:Zhou 吴:Wu 徐:Xu 孙:Sun 胡:Hu 朱:Zhu 高:Gao 林:Lin 何:He
        郭:Guo 马:Ma 罗:Luo 梁:Liang 宋:Song 吕:Lü 谢:Xie 韩:Han 唐:Tang 冯:Feng 欧阳:Ouyang"""),
    men=words("""
        伟:Wei 强:Qiang 建国:Jianguo 志明:Zhiming 浩然:Haoran 俊杰:Junjie 国栋:Guodong 文博:Wenbo 宇航:Yuhang 振华:Zhenhua 家豪:Jiahao
        立新:Lixin 思远:Siyuan 晓东:Xiaodong 永刚:Yonggang"""),
    women=words("""
        芳:Fang 敏:Min 静:Jing 秀英:Xiuying 丽华:Lihua 雨桐:Yutong 欣怡:Xinyi 晓燕:Xiaoyan 佳琪:Jiaqi 梦洁:Mengjie 思颖:Siying
        海燕:Haiyan 玉兰:Yulan 若溪:Ruoxi 淑贞:Shuzhen"""),
    person="{surname}{given}",
    titles=("总经理", "采购经理", "技术总监", "信息中心主任", "财务经理", "行政主管", "项目经理", "市场经理", "董事长助理"),
    roles=("决策人", "使用部门代表", "技术评估", "商务谈判", "项目协调"),
    attitudes=("积极", "支持", "观望", "谨慎", "中立"),
    attentions=("价格与付款方式", "交付周期", "售后服务响应", "数据安全与权限", "与现有系统的对接"),
    remarks=("每周三上午方便通话。", "偏好微信沟通，邮件次之。", "展会上认识，名片已存档。", "需要中英文两份报价。"),
    street="{street}{number}号",
    floor="{block}号楼{floor}层",
    introductions=(
        "{brand}成立于{year}年，总部位于{city}，主营{trade}业务，现有员工约{people}人。",
        "{city}本地的{trade}企业，{year}年创立，约{people}名员工，客户遍及周边各省。",
        "{brand}自{year}年起从事{trade}业务，员工约{people}人。计划明年更换现有的客户管理系统，已安排两次演示。",
    ),
    bank="示例银行{city}分行",
)

ENGLISH = Speech(
    language="en",
    brands=words("""
        Harrowgate Finchley_&_Rowe Thornbury Larkmoor Ashwick Pellworth Briarstone Caldermere Oakhaven Wrenfield Stonebeck
        Marlowe_Quay Tidewell Northcombe Fernhollow Greyling Holloway_Pike Kestrelton Saltmarsh_&_Co. O’Dellan Quillford Ravensmoor"""),
    trades=trades("""
        it_software: Software; it_internet: Digital; manufacturing_machinery: Engineering; manufacturing_electronics: Instruments;
        manufacturing_food: Foods; manufacturing_pharma: Pharmaceuticals; energy_renewables: Renewables;
        construction_building: Builders; trade_wholesale: Wholesale; transport_shipping: Freight; hospitality_hotels: Hotels;
        services_consulting: Consulting"""),
    forms={"limited": Word("Ltd", "Ltd"), "joint_stock": Word("plc", "plc"), "partnership": Word("LLP", "LLP")},
    firm="{brand} {trade} {form}",
    branch="{brand} {trade} {city} {form}",
    english_firm="",
    surnames=words("""
        Ashdown Bellamy Carrow Dunmore Ellery Fairclough Garrick Hathersage Ingram Kettering Langford Merrick Norwood Osgood Pemberton
        Rutledge Selwyn Thackery Underhill Whitlock"""),
    men=words("James Oliver Daniel Thomas Henry Samuel Marcus Edward Kwame Rajesh Liam Victor"),
    women=words("Emma Charlotte Grace Hannah Priya Alice Naomi Rachel Zoë Fiona Megan Olivia"),
    person="{given} {surname}",
    titles=("Managing director", "Head of purchasing", "IT manager", "Finance manager", "Operations lead", "Office manager"),
    roles=("Decision maker", "Technical evaluation", "Sponsor", "User representative"),
    attitudes=("Positive", "Supportive", "Waiting", "Cautious"),
    attentions=("Total cost over three years", "Data protection", "Support outside office hours", "Links to their ERP"),
    remarks=("Call after 10:00.", "Met at a trade fair; card on file.", "Prefers short e-mails.", "Asks for a reference visit."),
    street="{number} {street}",
    floor="Floor {floor}, Block {block}",
    introductions=(
        "Founded in {year} in {city}. Line of business: {trade}. About {people} people.",
        "{brand}, in {city} since {year}, employs about {people} people. Reviewing its customer system this year.",
    ),
    bank="Example Bank, {city}",
)

AMERICAN = replace(
    ENGLISH,
    forms={"limited": Word("LLC", "LLC"), "joint_stock": Word("Inc.", "Inc."), "listed": Word("Corp.", "Corp.")},
    floor="Suite {floor}0{block}",
)

GERMAN = replace(
    ENGLISH,
    language="de",
    brands=words("""
        Talberg Weidenau Rotfelsen Lindquell Sternfurt Kaltenbrück Mühlhagen Ostrauer Grünhöft Seewalder Birkner_&_Sohn Hohenlind"""),
    trades=trades("""
        manufacturing_machinery: Maschinenbau; manufacturing_automotive: Fahrzeugtechnik; it_software: Software;
        manufacturing_chemicals: Chemie; transport_road: Spedition; construction_building: Hochbau;
        manufacturing_pharma: Arzneimittel; trade_wholesale: Großhandel; energy_power: Energietechnik"""),
    forms={"limited": Word("GmbH", "GmbH"), "joint_stock": Word("AG", "AG"), "partnership": Word("KG", "KG")},
    surnames=words("""
        Achterberg Brandhuber Dietzel Ebeling Fröhlich Gerstner Hagedorn Kessler Löffler Morgenroth Rädler Vogtländer"""),
    men=words("Lukas Jonas Matthias Stefan Jürgen Florian Andreas Björn"),
    women=words("Anna Katharina Sabine Ulrike Lena Jördis Monika Käthe"),
    titles=("Geschäftsführung", "Einkaufsleitung", "IT-Leitung", "Vertriebsleitung", "Buchhaltung", "Assistenz der Leitung"),
    roles=("Entscheidung", "Technische Prüfung", "Einkauf", "Fachbereich"),
    attitudes=("Positiv", "Abwartend", "Vorsichtig", "Neutral"),
    attentions=("Datenschutz", "Wartungskosten", "Anbindung an das ERP", "Kurze Lieferzeiten"),
    remarks=("Rückruf nur vormittags.", "Auf der Messe kennengelernt.", "Wünscht ein schriftliches Angebot."),
    street="{street} {number}",
    floor="{floor}. Etage",
    introductions=(
        "Gegründet {year}, Sitz in {city}. {brand} ist im Bereich {trade} tätig und beschäftigt rund {people} Personen.",
        "{brand} arbeitet seit {year} im Bereich {trade}, rund {people} Beschäftigte. Neues CRM für das nächste Jahr geplant.",
    ),
    bank="Beispielbank {city}",
)

FRENCH = replace(
    GERMAN,
    language="fr",
    brands=words("Valmorin Belcastel Roquefeuil Clairmarais Montaubry Saint-Évrain Hauterive_&_Fils Lacombière"),
    trades=trades("""
        manufacturing_food: Alimentation; manufacturing_textiles: Textiles; it_software: Logiciels;
        services_advertising: Communication; trade_import_export: Négoce; hospitality_hotels: Hôtellerie"""),
    forms={"limited": Word("SARL", "SARL"), "joint_stock": Word("SA", "SA")},
    surnames=words("Aubertin Beaufils Chastagner Delorme Estrade Fauvelle Garnaud Lhéritier Marchandeau Vautrin"),
    men=words("Étienne Julien Nicolas François Rémi Thibault"),
    women=words("Hélène Camille Aurélie Sophie Chloé Margaux"),
    titles=("Direction générale", "Direction des achats", "Direction informatique", "Comptabilité", "Chargé de projet"),
    roles=("Décision", "Évaluation technique", "Achats"),
    attitudes=("Favorable", "Réservée", "Neutre"),
    attentions=("Prix et délais", "Protection des données", "Assistance en français"),
    remarks=("Rappeler après 14 h.", "Préfère les échanges en français."),
    street="{number}, {street}",
    floor="{floor}e étage",
    introductions=("Fondée en {year} à {city}, {brand} exerce dans le secteur {trade} et emploie environ {people} personnes.",),
    bank="Banque Exemple {city}",
)

ARABIC = replace(
    ENGLISH,
    language="ar",
    brands=words("""
        مرجانة_البحر:Marjanat_Al_Bahr واحة_السدر:Wahat_Al_Sidr نجمة_الكثبان:Najmat_Al_Kuthban رمال_الضحى:Rimal_Al_Duha
        شراع_النخيل:Shiraa_Al_Nakheel قناديل_الفجر:Qanadeel_Al_Fajr ظلال_الغاف:Zilal_Al_Ghaf أمواج_الندى:Amwaj_Al_Nada
        ينابيع_الريم:Yanabee_Al_Reem مسارات_الأفق:Masarat_Al_Ufuq"""),
    trades=trades("""
        trade_import_export: للتجارة: Trading; construction_building: للمقاولات: Contracting; it_software: للبرمجيات: Software;
        transport_shipping: للشحن: Shipping; hospitality_hotels: للفنادق: Hotels; manufacturing_food: للأغذية: Foods;
        mining_oil_gas: للخدمات النفطية: Oilfield; public_healthcare: للرعاية الصحية: Healthcare; energy_water: للمياه: Water"""),
    forms={"limited": Word("ذ.م.م", "LLC"), "joint_stock": Word("ش.م.ع", "PJSC")},
    firm="شركة {brand} {trade} {form}",
    branch="شركة {brand} {trade} – {city} {form}",
    english_firm="{brand} {trade} {form}",
    surnames=words("""
        الهاشمي:Al-Hashimi القحطاني:Al-Qahtani المنصوري:Al-Mansouri الكعبي:Al-Kaabi الشامسي:Al-Shamsi الدوسري:Al-Dosari
        الأنصاري:Al-Ansari المصري:Al-Masri حدّاد:Haddad الزهراني:Al-Zahrani"""),
    men=words("أحمد:Ahmed محمد:Mohammed خالد:Khalid يوسف:Yousef عمر:Omar سلطان:Sultan طارق:Tariq حمد:Hamad"),
    women=words("فاطمة:Fatima مريم:Mariam نورة:Noura ليلى:Layla هند:Hind سارة:Sara عائشة:Aisha دانة:Dana"),
    titles=("الإدارة العامة", "إدارة المشتريات", "إدارة تقنية المعلومات", "الإدارة المالية", "إدارة المشاريع"),
    roles=("صاحب القرار", "التقييم الفني", "المشتريات"),
    attitudes=("إيجابي", "متردد", "محايد"),
    attentions=("السعر وشروط الدفع", "سرعة التوريد", "الدعم باللغة العربية"),
    remarks=("يفضَّل الاتصال صباحًا.", "تم التعارف في معرض دبي."),
    street="{street}، مبنى {number}",
    floor="الطابق {floor}",
    introductions=("تأسست {brand} عام {year} ومقرها {city}، وعدد موظفيها نحو {people}.",),
    bank="بنك المثال – {city}",
)

SPEECHES: tuple[tuple[Speech, int, tuple[Place, ...]], ...] = (
    (CHINESE, 60, places("""
        beijing | 北京:Beijing | 海淀区 | 100080 | 中关村大街, 学院路, 知春路 | +86 10 0555 #### | +86 120 #### ####
        beijing | 北京:Beijing | 朝阳区 | 100020 | 建国路, 朝阳北路, 工体北路 | +86 10 0555 #### | +86 120 #### ####
        shanghai | 上海:Shanghai | 浦东新区 | 200120 | 世纪大道, 张杨路, 浦东南路 | +86 21 0555 #### | +86 120 #### ####
        shanghai | 上海:Shanghai | 徐汇区 | 200030 | 漕溪北路, 肇嘉浜路, 虹桥路 | +86 21 0555 #### | +86 120 #### ####
        guangzhou | 广州:Guangzhou | 天河区 | 510620 | 天河路, 体育西路, 黄埔大道西 | +86 20 0555 #### | +86 120 #### ####
        shenzhen | 深圳:Shenzhen | 南山区 | 518052 | 深南大道, 科苑路, 南海大道 | +86 755 0555 #### | +86 120 #### ####
        hangzhou | 杭州:Hangzhou | 西湖区 | 310012 | 文三路, 天目山路, 教工路 | +86 571 0555 #### | +86 120 #### ####
        chengdu | 成都:Chengdu | 武侯区 | 610041 | 人民南路, 科华北路, 一环路南 | +86 28 0555 #### | +86 120 #### ####
        wuhan | 武汉:Wuhan | 洪山区 | 430070 | 珞喻路, 雄楚大道, 文化大道 | +86 27 0555 #### | +86 120 #### ####
        xian | 西安:Xi'an | 雁塔区 | 710061 | 雁塔路, 长安南路, 小寨东路 | +86 29 0555 #### | +86 120 #### ####
        nanjing | 南京:Nanjing | 鼓楼区 | 210009 | 中山北路, 湖南路, 湖北路 | +86 25 0555 #### | +86 120 #### ####
        suzhou | 苏州:Suzhou | 工业园区 | 215021 | 现代大道, 星湖街, 金鸡湖大道 | +86 512 0555 #### | +86 120 #### ####
        qingdao | 青岛:Qingdao | 市南区 | 266071 | 香港中路, 东海西路, 延安三路 | +86 532 0555 #### | +86 120 #### ####
        chongqing | 重庆:Chongqing | 渝中区 | 400010 | 邹容路, 民生路, 中山一路 | +86 23 0555 #### | +86 120 #### ####""")),
    (ENGLISH, 9, places("""
        london | London | Camden | WC1X 8ZZ | Gray's Inn Road, Theobalds Road | +44 20 7946 0### | +44 7700 900###
        london | London | Southwark | SE1 9ZZ | Borough High Street, Union Street | +44 20 7946 0### | +44 7700 900###""")),
    (AMERICAN, 9, places("""
        new_york | New_York | Manhattan | 10018 | West 38th Street, Eighth Avenue | +1 212 555 01## | +1 646 555 01##
        chicago | Chicago | Cook | 60607 | West Adams Street, South Racine Avenue | +1 312 555 01## | +1 773 555 01##
        san_francisco | San_Francisco | SoMa | 94103 | Folsom Street, Howard Street | +1 415 555 01## | +1 628 555 01##
        toronto | Toronto | York | M5V 2T6 | Adelaide Street West, Spadina Avenue | +1 416 555 01## | +1 647 555 01##""")),
    (GERMAN, 8, places("""
        berlin | Berlin | Mitte | 10115 | Invalidenstraße, Chausseestraße | +49 30 23125 ### | +49 171 39200##
        munich | München:Munich | Schwabing | 80801 | Hohenzollernstraße, Leopoldstraße | +49 89 99998 ### | +49 171 39200##
        hamburg | Hamburg | Altona | 22765 | Große Bergstraße, Holstenstraße | +49 40 66969 ### | +49 171 39200##""")),
    (FRENCH, 4, places("""
        paris | Paris | 11e | 75011 | rue de Charonne, boulevard Voltaire | +33 1 99 00 ## ## | +33 6 39 98 ## ##""")),
    (ARABIC, 10, places("""
        dubai | دبي:Dubai | ديرة | 00000 | شارع المكتوم, شارع الرقة | +971 4 055 #### | +971 51 000 ####
        abu_dhabi | أبوظبي:Abu_Dhabi | الخالدية | 00000 | شارع زايد الأول, شارع الكورنيش | +971 2 055 #### | +971 51 000 ####
        riyadh | الرياض:Riyadh | العليا | 12211 | شارع العليا, طريق الملك فهد | +966 11 055 #### | +966 52 000 ####
        doha | الدوحة:Doha | السد | 00000 | شارع السد, شارع سحيم بن حمد | +974 0440 #### | +974 0330 ####
        cairo | القاهرة:Cairo | الدقي | 12311 | شارع التحرير, شارع مصدق | +20 2 0555 #### | +20 190 000 ####""")),
)  # fmt: skip
"""Every way of speaking, its share of the samples in percent, and where its people live."""
