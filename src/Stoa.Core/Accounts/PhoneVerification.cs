namespace Stoa.Core.Accounts;

/// <summary>A telephone number that an account is about to prove: by a code that was sent to it, or by an SMS from it with a code that the account was shown.</summary>
/// <remarks>Two codes, because whoever was shown one must not be able to pretend to have got the other.</remarks>
public sealed class PhoneVerification
{
    public const int CodeDigits = 6;

    /// <summary>How many codes are looked at, whichever way they come.</summary>
    public const int MaxAttempts = 5;

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Also the account's id: one at a time.</summary>
    public required long UserId { get; init; }

    /// <summary>In E.164.</summary>
    public required string Number { get; init; }

    /// <summary>A keyed hash of the code that was sent; of 20 bits a plain one would tell them.</summary>
    public required string SentCodeHash { get; init; }

    /// <summary>Likewise, of the code that was shown.</summary>
    public required string ShownCodeHash { get; init; }

    /// <summary>Counted before a code is looked at.</summary>
    public int Attempts { get; set; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
