using System.Numerics;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>A text cut into tokens, with what the whole of it says to the rules.</summary>
internal sealed class Reading
{
    // How far from a number a word that speaks of calling still speaks of it.
    private const int CuesBefore = 10;
    private const int CuesBehind = 7;

    // One word alone may be of any language.
    private const int LeastVotes = 2;

    private readonly List<Token> tokens;
    private readonly int[] cues;
    private readonly int languages;
    private readonly bool isTold;

    public Reading(string text)
    {
        Source = text;
        tokens = Tokens.Of(text);
        cues = new int[tokens.Count + 1];
        Span<int> votes = stackalloc int[32];
        for (var i = 0; i < tokens.Count; i++)
        {
            HasMessenger |= tokens[i].IsWord && tokens[i].Is(Kinds.Messenger);
            cues[i + 1] = cues[i] + (IsCue(tokens[i]) ? 1 : 0);
            for (var bits = tokens[i].Word.Languages; bits != 0; bits &= bits - 1)
                votes[BitOperations.TrailingZeroCount(bits)]++;
        }

        var most = 0;
        foreach (var vote in votes)
            most = Math.Max(most, vote);
        isTold = most >= LeastVotes;
        for (var bit = 0; bit < votes.Length; bit++)
        {
            if (votes[bit] == most || most < LeastVotes)
                languages |= 1 << bit;
        }
    }

    public string Source { get; }

    public int Count => tokens.Count;

    public Token this[int i] => tokens[i];

    public bool HasCue => cues[^1] > 0;

    public bool HasMessenger { get; }

    /// <summary>Whether getting in touch is spoken of near these tokens.</summary>
    public bool HasCueNear(int first, int last) =>
        cues[first] - cues[Math.Max(0, first - CuesBefore)] + cues[Math.Min(Count, last + 1 + CuesBehind)] - cues[last + 1] > 0;

    /// <summary>Whether it is spoken of within so many tokens before.</summary>
    public bool HasCueBefore(int first, int reach) => cues[first] - cues[Math.Max(0, first - reach)] > 0;

    /// <summary>Whether the top level domain is a word of the language that the text is most likely in.</summary>
    public bool IsWord(string topLevel) => Lexicon.WordEndings.TryGetValue(topLevel, out var bits) && (bits & languages) != 0;

    /// <summary>The same, where enough words tell the language.</summary>
    public bool IsSurelyWord(string topLevel) => isTold && IsWord(topLevel);

    public bool Is(int i, Kinds kind) => i >= 0 && i < Count && tokens[i].Is(kind);

    /// <summary>Whether the word is that in a language that the text is most likely in.</summary>
    public bool Says(int i, Kinds kinds) => tokens[i].Is(kinds) && (tokens[i].Word.Languages & languages) != 0;

    public bool IsSign(int i, string signs) => i >= 0 && i < Count && tokens[i].IsAnyOf(signs);

    /// <summary>No blank before it.</summary>
    public bool IsTight(int i) => i < Count && !tokens[i].SpaceBefore;

    /// <summary>The text ends here, or a clause does.</summary>
    public bool IsClauseEnd(int i) => i >= Count || tokens[i].LineBefore || !tokens[i].IsWord;

    /// <summary>All that is said between two signs or lines.</summary>
    public bool IsClause(int start, int end) => (start == 0 || tokens[start].LineBefore || !tokens[start - 1].IsWord) && IsClauseEnd(end);

    private static bool IsCue(Token token) => token.IsWord ? token.Is(Kinds.Cue)
        || token.IsSurely(Kinds.Messenger) : token.IsAnyOf("\u260E\u260F\u2706\u2709\u2121");
}
