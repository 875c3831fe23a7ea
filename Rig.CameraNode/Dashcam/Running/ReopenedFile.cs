using System.Globalization;
using Serilog.Core;
using Serilog.Formatting.Display;

namespace Rig.CameraNode.Dashcam.Running;

/// <summary>Appends each event to the file that has the name now: logrotate may move it away or cut it at any time.</summary>
internal sealed class ReopenedFile(string path) : ILogEventSink
{
    private readonly MessageTemplateTextFormatter lines = new("{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}", CultureInfo.InvariantCulture);
    private readonly Lock gate = new();

    public void Emit(Serilog.Events.LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        lines.Format(logEvent, text);
        lock (gate)
        {
            // A full disk costs the line, not the service; standard output has it too.
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.AppendAllText(path, text.ToString());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Serilog.Debugging.SelfLog.WriteLine("{0}: {1}", path, e.Message);
            }
        }
    }
}
