using Stoa.Conformance.Host;

// The conformance host: one process, one port, bare Engine.IO and Socket.IO at once, so that any black-box protocol suite can be pointed at it.
//   dotnet run -c Release --project tests/Conformance/Host -- --urls http://127.0.0.1:3000 [--bench]
// Taken out: the host would read "--bench --urls …" as a key and its value.
string[] rest = [.. args.Where(static a => a != "--bench")];
var app = rest.Length < args.Length ? ConformanceApp.Bench(rest) : ConformanceApp.Create(rest);
await app.RunAsync();
