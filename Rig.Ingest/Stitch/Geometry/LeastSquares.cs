namespace Rig.Ingest.Stitch.Geometry;

/// <summary>
/// Levenberg-Marquardt with a numeric Jacobian and Cauchy weights, for problems of tens of parameters. Residuals come in units of
/// their own standard deviation; each consecutive group of <c>groupSize</c> residuals (such as a point's two coordinates) is weighted
/// as one by 1 / (1 + (length / robustScale)^2), so that outliers lose their say.
/// </summary>
internal static class LeastSquares
{
    /// <param name="residuals">Fills the data residuals for given parameters.</param>
    /// <param name="priorSigma">Weak Gaussian prior about the starting values; 0 holds a parameter, infinity leaves it free.</param>
    /// <param name="scale">Typical size of each parameter's change, for the numeric derivative.</param>
    public static double[] Minimize(
        Action<double[], double[]> residuals,
        int count,
        int groupSize,
        double[] start,
        double[] priorSigma,
        double[] scale,
        double robustScale,
        int iterations = 40)
    {
        var free = Enumerable.Range(0, start.Length).Where(i => priorSigma[i] > 0).ToArray();
        var n = free.Length;
        var parameters = (double[])start.Clone();
        var current = new double[count];
        var forward = new double[count];
        var backward = new double[count];
        var jacobian = new double[n][];
        for (var i = 0; i < n; i++)
        {
            jacobian[i] = new double[count];
        }

        residuals(parameters, current);
        var cost = Cost(current, parameters);
        var damping = 1e-3;
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            for (var k = 0; k < n; k++)
            {
                var (index, kept) = (free[k], parameters[free[k]]);
                parameters[index] = kept + (1e-4 * scale[index]);
                residuals(parameters, forward);
                parameters[index] = kept - (1e-4 * scale[index]);
                residuals(parameters, backward);
                parameters[index] = kept;
                for (var r = 0; r < count; r++)
                {
                    jacobian[k][r] = (forward[r] - backward[r]) / (2e-4 * scale[index]);
                }
            }

            var weights = Weights(current);
            var normal = new double[n, n];
            var gradient = new double[n];
            for (var i = 0; i < n; i++)
            {
                for (var j = i; j < n; j++)
                {
                    double sum = 0;
                    for (var r = 0; r < count; r++)
                    {
                        sum += weights[r] * jacobian[i][r] * jacobian[j][r];
                    }

                    normal[i, j] = normal[j, i] = sum;
                }

                for (var r = 0; r < count; r++)
                {
                    gradient[i] += weights[r] * jacobian[i][r] * current[r];
                }

                var sigma = priorSigma[free[i]];
                if (double.IsFinite(sigma))
                {
                    normal[i, i] += 1 / (sigma * sigma);
                    gradient[i] += (parameters[free[i]] - start[free[i]]) / (sigma * sigma);
                }
            }

            var improved = false;
            for (var attempt = 0; attempt < 10 && !improved; attempt++)
            {
                var damped = (double[,])normal.Clone();
                for (var i = 0; i < n; i++)
                {
                    damped[i, i] += (damping * normal[i, i]) + 1e-12;
                }

                var step = SolveSymmetric(damped, gradient);
                var candidate = (double[])parameters.Clone();
                for (var i = 0; i < n; i++)
                {
                    candidate[free[i]] -= step[i];
                }

                residuals(candidate, forward);
                var candidateCost = Cost(forward, candidate);
                if (candidateCost < cost)
                {
                    improved = true;
                    var gain = (cost - candidateCost) / cost;
                    (parameters, cost) = (candidate, candidateCost);
                    (current, forward) = (forward, current);
                    damping = Math.Max(damping / 5, 1e-9);
                    if (gain < 1e-7)
                    {
                        return parameters;
                    }
                }
                else
                {
                    damping *= 5;
                }
            }

            if (!improved)
            {
                break;
            }
        }

        return parameters;

        double Cost(double[] values, double[] at)
        {
            double sum = 0;
            for (var g = 0; g < count; g += groupSize)
            {
                double squared = 0;
                for (var r = g; r < g + groupSize; r++)
                {
                    squared += values[r] * values[r];
                }

                sum += robustScale * robustScale * Math.Log(1 + (squared / (robustScale * robustScale)));
            }

            for (var i = 0; i < at.Length; i++)
            {
                if (priorSigma[i] > 0 && double.IsFinite(priorSigma[i]))
                {
                    var off = (at[i] - start[i]) / priorSigma[i];
                    sum += off * off;
                }
            }

            return sum;
        }

        double[] Weights(double[] values)
        {
            var weights = new double[count];
            for (var g = 0; g < count; g += groupSize)
            {
                double squared = 0;
                for (var r = g; r < g + groupSize; r++)
                {
                    squared += values[r] * values[r];
                }

                weights.AsSpan(g, groupSize).Fill(1 / (1 + (squared / (robustScale * robustScale))));
            }

            return weights;
        }
    }

    /// <summary>Cholesky; a pivot that is not positive leaves its parameter where it is.</summary>
    private static double[] SolveSymmetric(double[,] a, double[] b)
    {
        var n = b.Length;
        var x = (double[])b.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = a[i, j];
                for (var k = 0; k < j; k++)
                {
                    sum -= a[i, k] * a[j, k];
                }

                a[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-300)) : sum / a[j, j];
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
            {
                x[i] -= a[i, k] * x[k];
            }

            x[i] /= a[i, i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
            {
                x[i] -= a[k, i] * x[k];
            }

            x[i] /= a[i, i];
        }

        return x;
    }
}
