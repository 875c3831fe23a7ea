using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Rig.Hosting.Observability;
using Serilog;
using Serilog.Events;

namespace Rig.Tests.Hosting;

public class RequestLogTests
{
    [Theory]
    [InlineData("POST", "/api/v1/record/start", 200, LogEventLevel.Information)]
    [InlineData("DELETE", "/api/v1/recordings/a", 409, LogEventLevel.Information)]
    [InlineData("GET", "/api/v1/status", 200, LogEventLevel.Debug)]
    [InlineData("GET", "/preview/snapshot", 503, LogEventLevel.Debug)]
    [InlineData("PATCH", "/api/v1/upload/a", 204, LogEventLevel.Debug)]
    [InlineData("POST", "/api/upload/chunk", 200, LogEventLevel.Debug)]
    [InlineData("POST", "/api/v1/record/start", 503, LogEventLevel.Warning)]
    [InlineData("GET", "/api/v1/status", 500, LogEventLevel.Error)]
    public void What_changes_something_is_told_and_what_is_polled_is_not(string method, string path, int status, LogEventLevel level) =>
        Assert.Equal(level, RequestLog.LevelOf(method, path, status, failed: false, aborted: false));

    [Fact]
    public void A_client_that_went_away_is_no_fault_of_the_program()
    {
        Assert.Equal(LogEventLevel.Error, RequestLog.LevelOf("GET", "/", 200, failed: true, aborted: false));
        Assert.Equal(LogEventLevel.Debug, RequestLog.LevelOf("GET", "/", 500, failed: true, aborted: true));
    }

    [Fact]
    public async Task A_line_has_neither_the_query_nor_a_line_break_of_the_path()
    {
        var log = new LogTail();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSerilog(new LoggerConfiguration().WriteTo.Sink(log).CreateLogger(), dispose: true);
        await using var app = builder.Build();
        app.UseRequestLog();
        app.MapPost("/{**path}", () => "done");
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var answer = await client.PostAsync("/a%0Ab?token=secret", null);
        await app.StopAsync();
        var line = Assert.Single(log.Read(LogEventLevel.Verbose, LogTail.Capacity, follow: false).Recent, entry => entry.Source.StartsWith("Serilog.AspNetCore", StringComparison.Ordinal));
        Assert.StartsWith("POST /a%0Ab answered 200 in ", line.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line.Message, StringComparison.Ordinal);
    }
}
