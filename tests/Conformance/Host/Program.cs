using Stoa.Conformance.Host;

// The conformance host: one process, bare Engine.IO and Socket.IO at once, so that any black-box protocol suite can be pointed at it.
//   dotnet run -c Release --project tests/Conformance/Host -- --urls http://127.0.0.1:3000 [--bench]
// and, as the suites of the JavaScript clients want it:
//   dotnet run -c Release --project tests/Conformance/Host -- --clients --urls "http://localhost:3000;http://localhost:3210"
// A switch without a value would swallow the next argument as its own.
string[] settings = [.. args.Where(a => a is not "--bench" and not "--clients")];
var app = args.Contains("--clients") ? ClientSuiteApp.Create(settings)
    : args.Contains("--bench") ? ConformanceApp.Bench(settings)
    : ConformanceApp.Create(settings);
await app.RunAsync();
