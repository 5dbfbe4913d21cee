namespace Stoa.TestSupport;

/// <summary>Names the row of the contract that a test proves, e.g. <c>S1-12</c>.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RequirementAttribute(string row) : Attribute
{
    public string Row { get; } = row;
}
