using System.Collections.Frozen;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>The words the rules know, folded. Adding one is adding a case to the corpus first.</summary>
internal static class Lexicon
{
    public static readonly FrozenSet<string> At = Words("at aet arroba kukac chiocciola");
    public static readonly FrozenSet<string> Dot = Words("dot punkt punto ponto point");

    /// <summary>Mail houses whose name alone after "at" is an address.</summary>
    public static readonly FrozenSet<string> MailHouses = Words(
        "gmail googlemail yahoo ymail hotmail outlook live msn icloud aol gmx proton protonmail pm zoho yandex mailru fastmail tutanota posteo rediffmail rocketmail");

    /// <summary>Endings of host names. Those that are also endings of common file names (py, rs, sh, md, so, cc, zip) are not here.</summary>
    public static readonly FrozenSet<string> Endings = Words(
        "com net org info biz io co ai app dev de at ch uk us in fr es it nl be eu pl ru ua cn jp kr br mx ar cl ca au nz za se no dk fi cz sk hu ro bg gr pt ie " +
        "tr ae sa pk bd lk ng ke gh me tv ly gg to xyz online shop store site club link live page website space tech cloud email chat fun news world today agency " +
        "digital solutions services group life edu gov int mobi name pro tel");

    /// <summary>Endings that are English words too: "yes.no" is a missing blank rather than a host.</summary>
    public static readonly FrozenSet<string> WordEndings = Words("in it at be me us no is so to as am my do name pro link live page space fun news world today group life chat club store shop email cloud site");

    /// <summary>Endings that are taken for one when the dot is spelled or stands apart.</summary>
    public static readonly FrozenSet<string> SpelledEndings = Words("com net org info biz io co de uk in fr es it nl ch eu me ru us xyz edu gov app dev online shop");

    /// <summary>Endings that mean nothing else, so that a blank beside the dot does not matter.</summary>
    public static readonly FrozenSet<string> ClearEndings = Words("com net org info biz io xyz edu gov ru");

    public static readonly FrozenSet<string> Schemes = Words("http https hxxp hxxps ftp");

    public static readonly FrozenDictionary<string, int> Numerals = Numbers();

    public static readonly FrozenSet<string> Multipliers = Words("double triple doble triple doppel");
    public static readonly FrozenSet<string> Magnitudes = Words("hundred thousand million hundert tausend cien mil cent mille");
    public static readonly FrozenSet<string> Fillers = Words("and then dash minus hyphen space plus und y et strich");

    public static readonly FrozenSet<string> Currencies = Words(
        "eur euro euros usd dollar dollars inr rs rupee rupees gbp pound pounds chf yen jpy cny pln sek nok dkk kr huf czk aud cad brl bucks lakh lakhs crore");

    /// <summary>What precedes a number that names a thing, not a telephone.</summary>
    public static readonly FrozenSet<string> References = Words(
        "order orders invoice inv ref reference tracking article item items sku isbn ean upc serial part model ticket case booking id ids nr no parcel shipment transaction receipt " +
        "bestellung bestellnummer rechnung artikel artikelnummer auftrag pedido factura commande facture version build commit issue pr lot batch vin imei zip postcode plz pincode");

    /// <summary>What follows an amount.</summary>
    public static readonly FrozenSet<string> Units = Words("km miles mi kg g mg t mt ml l m cm mm users requests people pieces pcs items views steps words rows bytes kb mb gb ms ohm w kw v");

    /// <summary>What speaks of getting in touch elsewhere.</summary>
    public static readonly FrozenSet<string> Cues = Words(
        "call phone tel telephone mobile cell whatsapp sms text ring dial reach contact handy anrufen ruf rufen telefon llama llamame appelle appeler numero number dm add ping write mail email mailto msg message");

    public static readonly FrozenSet<string> Messengers = Words(
        "whatsapp whatsap watsapp telegram instagram insta snapchat discord skype viber wechat weixin kik facebook tiktok threema zalo kakaotalk kakao linkedin twitter");

    /// <summary>Short or ambiguous names of messengers: they count beside something that looks like a handle.</summary>
    public static readonly FrozenSet<string> ShortMessengers = Words("wa tg ig sc fb snap signal line messenger");

    /// <summary>Words between a messenger's name and the handle.</summary>
    public static readonly FrozenSet<string> HandleFillers = Words(
        "is my id name username user handle nick nickname on under as me it its im i am add account profile the at by there with called find search you can");

    /// <summary>After one of these even a plain word is the handle.</summary>
    public static readonly FrozenSet<string> HandleCues = Words("id username user handle nick nickname name called");

    /// <summary>Never a handle, however it stands.</summary>
    public static readonly FrozenSet<string> NoHandles = Words(
        "the and for you your yours not but too also works work down broken better easier required group web app business integration button link links page post posts story stories ads marketing login " +
        "support shop store official team chat call calls video please thanks thank here there now today tomorrow soon later instead only have has had get got use uses used using are was were will would can could");

    private static FrozenSet<string> Words(string list) => list.Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static FrozenDictionary<string, int> Numbers()
    {
        var digits = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in ("zero oh one two three four five six seven eight nine null eins zwei drei vier funf fuenf sechs sieben acht neun cero uno dos tres cuatro cinco seis siete ocho nueve deux trois quatre cinq sept huit neuf").Split(' '))
            digits[word] = 1;
        foreach (var word in ("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety").Split(' '))
            digits[word] = 2;
        return digits.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
