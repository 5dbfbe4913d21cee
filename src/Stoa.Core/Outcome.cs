namespace Stoa.Core;

/// <summary>What an operation answers: a value, or a <see cref="Refusal"/> that every door can say in its own way.</summary>
/// <remarks>A refusal is a value and not an exception because several doors (HTTP, socket, command line) must say the same "no".</remarks>
public readonly struct Outcome<T>
{
    private readonly T? value;

    private Outcome(T? value, Refusal? refusal)
    {
        this.value = value;
        Refusal = refusal;
    }

    /// <summary>Null when the operation succeeded.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The answer. Reading it from a refused outcome is a programming fault.</summary>
    public T Value => Refusal is null ? value! : throw new InvalidOperationException($"The operation was refused: {Refusal.Code}");

    public static implicit operator Outcome<T>(T value) => new(value, null);

    internal static Outcome<T> Success(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);

    /// <summary>Keeps a refusal, or turns the value into another.</summary>
    public Outcome<TOther> Then<TOther>(Func<T, TOther> change) => Refusal is null ? change(value!) : Refusal;
}

/// <summary>Makes outcomes of values whose type is an interface, which no conversion operator takes.</summary>
public static class Outcome
{
    public static Outcome<T> Of<T>(T value) => Outcome<T>.Success(value);
}

/// <summary>The answer of an operation that has nothing to say but "done".</summary>
public readonly record struct Done;
