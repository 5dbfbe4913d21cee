using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace Stoa.Server.Hosting.Json;

/// <summary>What every surface writes: errors and plain confirmations.</summary>
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(HttpValidationProblemDetails))]
[JsonSerializable(typeof(Said))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
public sealed partial class HostingJson : JsonSerializerContext;

/// <summary>A confirmation in words.</summary>
public sealed record Said(string Message);
