using Microsoft.ML.OnnxRuntime;

namespace Rig.Ingest.Detect.Learned;

/// <summary>Which of ONNX Runtime's execution providers work on this machine.</summary>
internal static class Providers
{
    public const string Cpu = "CPU";
    public const string Cuda = "CUDA";
    private const string CudaProvider = "CUDAExecutionProvider";

    /// <summary>Of ONNX Runtime; a sentence where its library is not there.</summary>
    /// <exception cref="ModelException">The library cannot be loaded.</exception>
    public static (string Version, IReadOnlyList<string> Names) Available()
    {
        try
        {
            var environment = OrtEnv.Instance();
            return (environment.GetVersionString(), environment.GetAvailableProviders());
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new ModelException("ONNX Runtime's library cannot be loaded: " + (e.InnerException ?? e).Message + " It lies beside the program as libonnxruntime.so; build or unpack the program again.", e);
        }
    }

    /// <summary>Opens the file on CUDA where that works, else on the processor.</summary>
    /// <returns>The provider, and why it is not CUDA; null where it is, or where nobody asked.</returns>
    public static (InferenceSession Session, string Provider, string? Fallback) Open(string path, ProviderChoice choice)
    {
        var (version, names) = Available();
        if (choice == ProviderChoice.Cpu)
        {
            return (OpenOnProcessor(path), Cpu, null);
        }

        if (!names.Contains(CudaProvider))
        {
            return (OpenOnProcessor(path), Cpu, $"ONNX Runtime {version} as it lies beside the program has no CUDA provider (docs/guide/detection-model.md), so the processor works.");
        }

        try
        {
            using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            options.AppendExecutionProvider_CUDA(0);
            return (new InferenceSession(path, options), Cuda, null);
        }
        catch (OnnxRuntimeException e)
        {
            return (OpenOnProcessor(path), Cpu, $"CUDA cannot be used, so the processor works: {Sentence(e)}");
        }
    }

    /// <summary>An exception's first line, for its others are a native trace.</summary>
    public static string Sentence(Exception e) => e.Message.ReplaceLineEndings("\n").Split('\n')[0].Trim();

    /// <summary>One thread a run: tiles are run side by side, which uses the cores better than one tile on all of them.</summary>
    private static InferenceSession OpenOnProcessor(string path)
    {
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
        };
        return new InferenceSession(path, options);
    }
}
