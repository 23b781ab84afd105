"""Microsoft Advertising's names of time zones, and what the rest of the world calls them."""

_NAMES = """
MidwayIslandandSamoa=Pacific/Midway Hawaii=Pacific/Honolulu Alaska=America/Anchorage
PacificTimeUSCanadaTijuana=America/Los_Angeles MountainTimeUSCanada=America/Denver
Arizona=America/Phoenix ChihuahuaLaPazMazatlan=America/Mazatlan Saskatchewan=America/Regina
GuadalajaraMexicoCityMonterrey=America/Mexico_City CentralTimeUSCanada=America/Chicago
CentralAmerica=America/Guatemala EasternTimeUSCanada=America/New_York
IndianaEast=America/Indiana/Indianapolis BogotaLimaQuito=America/Bogota
Santiago=America/Santiago CaracasLaPaz=America/Caracas AtlanticTimeCanada=America/Halifax
Newfoundland=America/St_Johns Greenland=America/Nuuk
BuenosAiresGeorgetown=America/Argentina/Buenos_Aires Brasilia=America/Sao_Paulo
MidAtlantic=Atlantic/South_Georgia CapeVerdeIsland=Atlantic/Cape_Verde Azores=Atlantic/Azores
GreenwichMeanTimeDublinEdinburghLisbonLondon=Europe/London
CasablancaMonrovia=Africa/Casablanca AmsterdamBerlinBernRomeStockholmVienna=Europe/Berlin
BelgradeBratislavaBudapestLjubljanaPrague=Europe/Budapest
BrusselsCopenhagenMadridParis=Europe/Paris SarajevoSkopjeWarsawZagreb=Europe/Warsaw
WestCentralAfrica=Africa/Lagos AthensIslandanbulMinsk=Europe/Athens
Bucharest=Europe/Bucharest Cairo=Africa/Cairo HararePretoria=Africa/Johannesburg
HelsinkiKyivRigaSofiaTallinnVilnius=Europe/Helsinki Jerusalem=Asia/Jerusalem
Baghdad=Asia/Baghdad KuwaitRiyadh=Asia/Riyadh
MoscowStPetersburgVolgograd=Europe/Moscow Nairobi=Africa/Nairobi Tehran=Asia/Tehran
AbuDhabiMuscat=Asia/Dubai BakuTbilisiYerevan=Asia/Baku Kabul=Asia/Kabul
Ekaterinburg=Asia/Yekaterinburg IslandamabadKarachiTashkent=Asia/Karachi
ChennaiKolkataMumbaiNewDelhi=Asia/Kolkata Kathmandu=Asia/Kathmandu
AlmatyNovosibirsk=Asia/Novosibirsk AstanaDhaka=Asia/Dhaka
SriJayawardenepura=Asia/Colombo Rangoon=Asia/Yangon BangkokHanoiJakarta=Asia/Bangkok
Krasnoyarsk=Asia/Krasnoyarsk BeijingChongqingHongKongUrumqi=Asia/Shanghai
IrkutskUlaanBataar=Asia/Irkutsk KualaLumpurSingapore=Asia/Singapore Perth=Australia/Perth
Taipei=Asia/Taipei OsakaSapporoTokyo=Asia/Tokyo Seoul=Asia/Seoul Yakutsk=Asia/Yakutsk
Adelaide=Australia/Adelaide Darwin=Australia/Darwin Brisbane=Australia/Brisbane
CanberraMelbourneSydney=Australia/Sydney GuamPortMoresby=Pacific/Guam
Hobart=Australia/Hobart Vladivostok=Asia/Vladivostok
MagadanSolomonIslandNewCaledonia=Pacific/Noumea AucklandWellington=Pacific/Auckland
FijiKamchatkaMarshallIsland=Pacific/Fiji Nukualofa=Pacific/Tongatapu
InternationalDateLineWest=Etc/GMT+12
"""
# Microsoft's name → that of the tz database.
ZONES = dict(pair.split("=") for pair in _NAMES.split())
NAMES = {zone: name for name, zone in ZONES.items()}
