using System.ComponentModel.DataAnnotations;

namespace Stoa.Server.Hosting.Errors;

/// <summary>Must be there and not blank. Says so without naming our own types.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class NeededAttribute : RequiredAttribute
{
    public NeededAttribute() => ErrorMessage = "is required";
}

/// <summary>From so many to so many UTF-16 code units.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class BetweenAttribute : StringLengthAttribute
{
    public BetweenAttribute(int minimumLength, int maximumLength)
        : base(maximumLength)
    {
        MinimumLength = minimumLength;
        ErrorMessage = $"has {minimumLength} to {maximumLength} characters";
    }
}

/// <summary>At most so many UTF-16 code units.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class AtMostAttribute : StringLengthAttribute
{
    public AtMostAttribute(int maximumLength)
        : base(maximumLength) => ErrorMessage = $"has at most {maximumLength} characters";
}
