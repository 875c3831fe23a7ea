using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rig.Hosting.Observability;
using Rig.Tests.Support;

namespace Rig.Tests.Hosting;

public class RigLoggingTests
{
    [Fact]
    public void A_development_nodes_log_file_is_compact_json_with_the_message_as_people_read_it()
    {
        using var folder = new TempFolder();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddRigLogging("rig-test", folder.Path);
        using (var host = builder.Build())
        {
            host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Rig.Tests.Log").LogWarning(new IOException("full"), "Camera {Camera} has {Free} bytes.", "CAM_L", 7);
        }

        var file = Assert.Single(Directory.GetFiles(folder.Path, "rig-test-*.jsonl"));
        using var line = JsonDocument.Parse(Assert.Single(File.ReadAllLines(file)));
        var entry = line.RootElement;
        Assert.True(entry.GetProperty("@t").TryGetDateTimeOffset(out _));
        Assert.Equal(("Camera \"CAM_L\" has 7 bytes.", "Warning"), (entry.GetProperty("@m").GetString(), entry.GetProperty("@l").GetString()));
        Assert.StartsWith("System.IO.IOException: full", entry.GetProperty("@x").GetString(), StringComparison.Ordinal);
        Assert.Equal(("CAM_L", 7, "Rig.Tests.Log"), (entry.GetProperty("Camera").GetString(), entry.GetProperty("Free").GetInt32(), entry.GetProperty("SourceContext").GetString()));
    }
}
