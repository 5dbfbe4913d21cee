namespace Stoa.Server.Messaging.Redacting;

/// <summary>What a word can be to the rules; each is a row of the language tables (docs/redaction.md).</summary>
[Flags]
internal enum Kinds
{
    None = 0,
    Numeral = 1,

    /// <summary>Between tens and units: "et", "y", "und".</summary>
    Pair = 1 << 1,
    Double = 1 << 2,
    Triple = 1 << 3,

    /// <summary>Thousand, million: makes a numeral an amount.</summary>
    Magnitude = 1 << 4,
    At = 1 << 5,
    Dot = 1 << 6,
    Slash = 1 << 7,
    Dash = 1 << 8,
    Underscore = 1 << 9,
    Plus = 1 << 10,

    /// <summary>A top level domain as it is said.</summary>
    Ending = 1 << 11,

    /// <summary>A house that gives everybody a mailbox.</summary>
    House = 1 << 12,
    Messenger = 1 << 13,

    /// <summary>"id", "username": what follows is a name.</summary>
    Naming = 1 << 14,

    /// <summary>Between groups of digits.</summary>
    Filler = 1 << 15,

    /// <summary>Between a messenger and a name.</summary>
    Little = 1 << 16,

    /// <summary>Speaks of getting in touch.</summary>
    Cue = 1 << 17,

    /// <summary>Speaks of a page of the web.</summary>
    Site = 1 << 18,

    /// <summary>Announces a number that names a thing.</summary>
    Reference = 1 << 19,
    Currency = 1 << 20,
    Unit = 1 << 21,

    /// <summary>Announces a row of numbers: weights, years, results.</summary>
    Row = 1 << 22,

    /// <summary>Before the name of somebody who is spoken to.</summary>
    Greeting = 1 << 23,

    /// <summary>An ordinary word beside a messenger, never a name on it.</summary>
    Common = 1 << 24,

    /// <summary>"is": between "my telegram" and a name.</summary>
    Being = 1 << 25,
}

/// <summary>A word of the tables, with all it can mean in any language.</summary>
/// <param name="Kinds">Everything it can be.</param>
/// <param name="Weak">What it is only where something else says so too, as it is an ordinary word besides, be it in another
/// language.</param>
/// <param name="Value">Of a numeral, 0 to 999; -1 for others.</param>
/// <param name="Languages">A bit for each language that has it.</param>
/// <param name="Ending">The top level domain it says; null for others.</param>
internal sealed record Word(Kinds Kinds, Kinds Weak, int Value, int Languages, string? Ending)
{
    public static readonly Word Unknown = new(Kinds.None, Kinds.None, -1, 0, null);

    public bool Is(Kinds kind) => (Kinds & kind) != 0;

    public bool IsSurely(Kinds kind) => (Kinds & ~Weak & kind) != 0;

    /// <summary>How many digits the numeral stands for.</summary>
    public int Digits => Value switch { < 0 => 0, < 10 => 1, < 100 => 2, _ => 3 };

    public Word With(Word other) => new(
        Kinds | other.Kinds,
        Weak | other.Weak,
        Value >= 0 ? Value : other.Value, Languages | other.Languages, Ending ?? other.Ending);
}
