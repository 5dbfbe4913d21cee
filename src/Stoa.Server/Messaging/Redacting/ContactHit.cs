namespace Stoa.Server.Messaging.Redacting;

/// <summary>Why a stretch of text was taken for a contact detail.</summary>
public enum ContactRule
{
    Email,
    Phone,
    Link,

    /// <summary>A name on another messenger or network.</summary>
    Handle,
}

/// <summary>A stretch of text that gives a contact away.</summary>
/// <param name="Start">In UTF-16 code units of the text as it was written.</param>
public readonly record struct ContactHit(ContactRule Rule, int Start, int Length)
{
    public int End => Start + Length;
}
