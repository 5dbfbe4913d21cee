using Stoa.Conformance.Host;

// The conformance host: one process, one port, bare Engine.IO and Socket.IO at once, so that any black-box protocol suite can be pointed at it.
//   dotnet run -c Release --project tests/Conformance/Host -- --urls http://127.0.0.1:3000 [--bench]
// A switch without a value would swallow the next argument as its own.
string[] settings = [.. args.Where(a => a != "--bench")];
var app = settings.Length < args.Length ? ConformanceApp.Bench(settings) : ConformanceApp.Create(settings);
await app.RunAsync();
